/** Holds the system extensions of a schematic against those that a Talos version offers. */

import { extensionPath, type ParsedSchematic } from 'talos-schematic'
import type { Problem } from '../errors.ts'
import { didYouMean, nearNames } from '../util/near.ts'

/**
 * Old names that the Factory still takes for extensions that were renamed or misnamed in their manifests
 * (`siderolabs/image-factory`, internal/profile/profile.go).
 */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['siderolabs/v4l-uvc', 'siderolabs/v4l-uvc-drivers'],
  ['siderolabs/usb-modem', 'siderolabs/usb-modem-drivers'],
  ['siderolabs/gasket', 'siderolabs/gasket-driver'],
  ['siderolabs/talos-vmtoolsd', 'siderolabs/vmtoolsd-guest-agent'],
  ['siderolabs/xe-guest-utilities', 'siderolabs/xen-guest-agent'],
  ['siderolabs/nvidia-container-toolkit', 'siderolabs/nvidia-container-toolkit-lts'],
  ['siderolabs/nvidia-open-gpu-kernel-modules', 'siderolabs/nvidia-open-gpu-kernel-modules-lts'],
  ['siderolabs/nonfree-kmod-nvidia', 'siderolabs/nonfree-kmod-nvidia-lts'],
  ['siderolabs/nvidia-fabricmanager', 'siderolabs/nvidia-fabric-manager-lts'],
  ['siderolabs/i915-ucode', 'siderolabs/i915'],
  ['siderolabs/amdgpu-firmware', 'siderolabs/amdgpu'],
])

/**
 * One problem for each extension that the version lacks, at its line; the Factory itself would find out only
 * when it makes the image (`siderolabs/image-factory` #86, #177). An extension listed twice is fine.
 * @param offered names of the version's extensions, such as `siderolabs/iscsi-tools`
 * @param file the schematic's file, for messages
 */
export function checkExtensions(
  parsed: ParsedSchematic,
  offered: readonly string[],
  talosVersion: string,
  file: string,
): Problem[] {
  const known = new Set(offered)
  const isOffered = (name: string): boolean => known.has(name) || known.has(RENAMED.get(name) ?? name)
  return parsed.schematic.customization.systemExtensions.officialExtensions.flatMap((name, index): Problem[] => {
    if (isOffered(name)) return []
    return [
      {
        code: 'schematic',
        message: `Talos ${talosVersion} has no system extension "${name}"`,
        at: { kind: 'file', file, ...parsed.positions.get(extensionPath(index)) },
        hint: hintFor(name, offered),
      },
    ]
  })
}

/** Compares without the publisher, which is the same in all names and would make all of them similar. */
function hintFor(name: string, offered: readonly string[]): string {
  const near = new Set(nearNames(shortName(name), offered.map(shortName)))
  const candidates = offered.filter((candidate) => near.has(shortName(candidate)))
  const hint = didYouMean(`siderolabs/${shortName(name)}`, candidates)
  return hint ?? 'names are written in full, such as "siderolabs/iscsi-tools"'
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
