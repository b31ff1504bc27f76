/** The official extensions that the emulated Factory knows; names and tags as in the catalogue of summer 2026. */

/** One row: `VERSION` in the tag stands for the Talos version; without `since` every version has the extension. */
export interface CatalogueEntry {
  readonly name: string
  readonly tag: string
  readonly description: string
  /** The first Talos version that has it. */
  readonly since?: string
  /** The first Talos version that no longer has it. */
  readonly until?: string
}

type Row = readonly [name: string, tag: string, description: string, since?: string | undefined, until?: string]

const ROWS: readonly Row[] = [
  ['amazon-ena', '2.17.3-VERSION', 'Amazon ENA network driver', '1.10.0'],
  ['amd-ucode', '20260916', 'AMD microcode'],
  ['amdgpu', '20260916-VERSION', 'AMD GPU firmware and drivers', '1.9.0'],
  ['amdgpu-firmware', '20241110', 'AMD GPU firmware', undefined, '1.9.0'],
  ['binfmt-misc', 'VERSION', 'binfmt_misc kernel module'],
  ['bird2', '2.18', 'BIRD routing daemon', '1.11.0'],
  ['bnx2-bnx2x', '20260916', 'Broadcom NetXtreme II firmware'],
  ['btrfs', 'VERSION', 'Btrfs kernel module and tools'],
  ['chelsio-drivers', 'VERSION', 'Chelsio network drivers'],
  ['chelsio-firmware', '20260916', 'Chelsio network firmware'],
  ['cloudflared', '2026.8.3', 'Cloudflare tunnel'],
  ['crun', '1.29.1', 'crun container runtime', '1.9.0'],
  ['drbd', '9.3.4-VERSION', 'DRBD kernel modules'],
  ['dvb-cx23885', 'VERSION', 'Driver for cx23885 DVB cards', '1.10.0'],
  ['dvb-m88ds3103', 'VERSION', 'Firmware for m88ds3103 DVB cards', '1.10.0'],
  ['ecr-credential-provider', 'v1.37.0', 'Kubelet credential provider for Amazon ECR'],
  ['fuse3', '3.18.3', 'FUSE 3 tools'],
  ['gasket-driver', '5815ee3-VERSION', 'Driver for Google Coral accelerators'],
  ['glibc', '2.44', 'GNU C library', '1.9.0'],
  ['gvisor', '20260831.0', 'gVisor container runtime'],
  ['gvisor-debug', 'v1.0.0', 'Debug logging for gVisor'],
  ['hailort', '4.24.0', 'Driver for Hailo accelerators', '1.9.0'],
  ['i915', '20260916-VERSION', 'Intel GPU firmware and driver', '1.9.0'],
  ['i915-ucode', '20241110', 'Intel GPU firmware', undefined, '1.9.0'],
  ['intel-ice-firmware', '20260916', 'Intel ICE network firmware'],
  ['intel-npu', '20260916-VERSION', 'Intel NPU firmware and driver', '1.13.0'],
  ['intel-ucode', '20260812', 'Intel microcode'],
  ['iscsi-tools', 'v0.2.0', 'iSCSI initiator and tools'],
  ['kata-containers', '3.32.0', 'Kata Containers runtime'],
  ['lldpd', '1.0.22', 'LLDP daemon', '1.9.0'],
  ['mdadm', 'v4.6', 'Software RAID tools'],
  ['mei', 'VERSION', 'Intel Management Engine drivers'],
  ['mellanox-mstflint', '4.34.1-4-VERSION', 'Mellanox firmware tools'],
  ['metal-agent', 'v0.1.6', 'Talos metal agent', '1.9.0'],
  ['multipath-tools', 'v0.1.0', 'Device mapper multipath', '1.11.0'],
  ['nebula', '1.11.1', 'Nebula overlay network', '1.9.0'],
  ['netbird', '0.78.1', 'NetBird overlay network', '1.11.0'],
  ['newt', '1.16.0', 'Newt tunnel client', '1.10.0'],
  ['nfs-utils', 'v0.1.1', 'NFSv3 lock daemons', '1.12.0'],
  ['nfsd', 'VERSION', 'NFS server kernel module', '1.12.0'],
  ['nfsrahead', '2.8.4', 'NFS read-ahead tool', '1.11.0'],
  ['nonfree-kmod-nvidia-lts', '580.178.04-VERSION', 'NVIDIA proprietary modules, long-term branch'],
  ['nonfree-kmod-nvidia-production', '595.91.07-VERSION', 'NVIDIA proprietary modules, production branch'],
  ['nut-client', '2.8.5', 'Network UPS tools monitor'],
  ['nvidia-container-toolkit-lts', '580.178.04', 'NVIDIA container toolkit, long-term branch'],
  ['nvidia-container-toolkit-production', '595.91.07', 'NVIDIA container toolkit, production branch'],
  ['nvidia-fabric-manager-lts', '580.178.04', 'NVIDIA fabric manager, long-term branch', '1.9.0'],
  ['nvidia-fabric-manager-production', '595.91.07', 'NVIDIA fabric manager, production branch', '1.9.0'],
  ['nvidia-open-gpu-kernel-modules-lts', '580.178.04-VERSION', 'NVIDIA open modules, long-term branch'],
  ['nvidia-open-gpu-kernel-modules-production', '595.91.07-VERSION', 'NVIDIA open modules, production branch'],
  ['nvme-cli', 'v2.16', 'NVMe management tool', '1.10.0'],
  ['panfrost', '20260916-VERSION', 'Mali GPU firmware and driver', '1.10.0'],
  ['qemu-guest-agent', '11.1.1', 'QEMU guest agent'],
  ['qlogic-firmware', '20260916', 'QLogic firmware'],
  ['realtek-firmware', '20260916', 'Realtek firmware'],
  ['revpi-firmware', 'v1.0.0', 'Revolution Pi tools', '1.10.0'],
  ['spin', 'v0.25.1', 'Spin WebAssembly runtime'],
  ['stargz-snapshotter', 'v0.18.2', 'Stargz snapshotter'],
  ['tailscale', '1.102.3', 'Tailscale overlay network'],
  ['tenstorrent', '2.11.0', 'Driver for Tenstorrent accelerators', '1.9.0'],
  ['thunderbolt', 'VERSION', 'Thunderbolt and USB4 drivers'],
  ['trident-iscsi-tools', 'v0.0.1', 'Tools for NetApp Trident', '1.11.0'],
  ['uinput', 'VERSION', 'uinput kernel module'],
  ['usb-audio-drivers', 'VERSION', 'USB audio drivers', '1.12.0'],
  ['usb-modem-drivers', 'VERSION', 'USB modem drivers'],
  ['util-linux-tools', '2.42', 'Tools of util-linux'],
  ['v4l-uvc-drivers', 'VERSION', 'USB video class drivers'],
  ['vc4', 'VERSION', 'Broadcom VideoCore GPU driver', '1.9.0'],
  ['vmtoolsd-guest-agent', 'v1.5.1', 'VMware guest agent'],
  ['wasmedge', 'v0.6.1', 'WasmEdge WebAssembly runtime'],
  ['xdma-driver', 'b846609-VERSION', 'Xilinx DMA driver', '1.10.0'],
  ['xe', '20260916-VERSION', 'Intel Xe GPU firmware and driver', '1.10.0'],
  ['xen-guest-agent', '0.4.0-g5c274e6', 'Xen guest agent'],
  ['youki', '0.7.0', 'youki container runtime', '1.11.0'],
  ['zerotier', '1.16.2', 'ZeroTier overlay network', '1.9.0'],
  ['zfs', '2.4.4-VERSION', 'ZFS kernel module and tools'],
]

/** All entries, sorted by name; the names begin with `siderolabs/`. */
export const CATALOGUE: readonly CatalogueEntry[] = ROWS.map(([name, tag, description, since, until]) => ({
  name: `siderolabs/${name}`,
  tag,
  description,
  ...(since === undefined ? {} : { since }),
  ...(until === undefined ? {} : { until }),
}))

/** Names that the Factory still takes for the sake of old schematics (siderolabs/image-factory, 2026). */
export const ALIASES: Readonly<Record<string, string>> = {
  'siderolabs/gasket': 'siderolabs/gasket-driver',
  'siderolabs/nonfree-kmod-nvidia': 'siderolabs/nonfree-kmod-nvidia-lts',
  'siderolabs/nvidia-container-toolkit': 'siderolabs/nvidia-container-toolkit-lts',
  'siderolabs/nvidia-fabricmanager': 'siderolabs/nvidia-fabric-manager-lts',
  'siderolabs/nvidia-open-gpu-kernel-modules': 'siderolabs/nvidia-open-gpu-kernel-modules-lts',
  'siderolabs/talos-vmtoolsd': 'siderolabs/vmtoolsd-guest-agent',
  'siderolabs/usb-modem': 'siderolabs/usb-modem-drivers',
  'siderolabs/v4l-uvc': 'siderolabs/v4l-uvc-drivers',
  'siderolabs/xe-guest-utilities': 'siderolabs/xen-guest-agent',
}
