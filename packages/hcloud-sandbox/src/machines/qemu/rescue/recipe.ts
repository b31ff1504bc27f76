/** What the rescue system is made of. A change here makes a new one: the cache's key holds a hash of all of it. */

import { INIT_SCRIPT } from './init-script.ts'
import { SHUTDOWN_SCRIPT } from './shutdown-script.ts'

/** Counts up when the way in which a rescue system is put together changes. */
const ASSEMBLY = 1

/** The kernel: a package without contents that depends on the newest one. Small, and made for virtual machines. */
export const toKernelPackage = (debianArchitecture: string): string => `linux-image-cloud-${debianArchitecture}`

/** Packages whose programs are taken, all of them or those named. Libraries follow from what the programs need. */
export const PACKAGES: Readonly<Record<string, 'all' | readonly string[]>> = {
  bash: ['bash'],
  'busybox-static': ['busybox'],
  bzip2: 'all',
  'ca-certificates': [],
  coreutils: 'all',
  curl: ['curl'],
  findutils: 'all',
  gdisk: ['gdisk', 'sgdisk'],
  grep: 'all',
  gzip: 'all',
  'libpython3-stdlib': [],
  lz4: 'all',
  mount: 'all',
  'openssh-client': ['scp', 'ssh-keygen'],
  'openssh-server': ['sshd', 'sshd-session', 'sshd-auth'],
  'openssh-sftp-server': ['sftp-server'],
  parted: ['parted', 'partprobe'],
  'perl-base': ['perl'],
  pigz: 'all',
  'python3-minimal': ['python3'],
  'qemu-utils': ['qemu-img'],
  sed: 'all',
  tar: ['tar'],
  'util-linux': [
    ...['blkdiscard', 'blkid', 'blkzone', 'blockdev', 'dmesg', 'fallocate', 'findmnt', 'flock', 'fsfreeze', 'fstrim'],
    ...['getopt', 'lsblk', 'lscpu', 'mountpoint', 'nsenter', 'partx', 'setsid', 'unshare', 'wipefs'],
  ],
  wget: ['wget'],
  'xz-utils': 'all',
  zstd: ['unzstd', 'zstd', 'zstdcat', 'zstdmt'],
}

/**
 * Files that are taken besides, whichever package holds them: what Perl and Python load. Of Python that is what scripts use,
 * without what needs libraries that the rest does not.
 */
export const LOADED: readonly string[] = [
  '^usr/lib/[^/]+-linux-gnu/perl-base/',
  '^usr/bin/python3\\.\\d+$',
  '^usr/lib/python3\\.\\d+/(?!(asyncio|ctypes|curses|dbm|lib2to3|multiprocessing|pydoc_data|sqlite3|tkinter|unittest|wsgiref|xml)/).*\\.py$',
  '^usr/lib/python3\\.\\d+/lib-dynload/(_bz2|_contextvars|_decimal|_hashlib|_json|_lzma|_ssl|mmap|termios)\\.[^/]+\\.so$',
]

/** Libraries that programs open by themselves, so that nothing says that they need them. */
export const OPENED_LIBRARIES: readonly string[] = ['libgcc_s.so.1']

/** Drivers, in the order in which they are wanted; what they need comes before them. */
export const MODULES: readonly string[] = ['qemu_fw_cfg', 'virtio_pci', 'virtio_net', 'virtio_scsi', 'sd_mod']

/** Links: what reads the name on the left finds the one on the right. */
export const LINKS: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  sbin: 'usr/sbin',
  lib: 'usr/lib',
  lib64: 'usr/lib64',
  // Busybox's shell would prefer its own dd and wget to the real ones.
  'usr/bin/sh': 'bash',
  // Where today's systems have them.
  'usr/sbin/halt': '../bin/busybox',
  'usr/sbin/poweroff': '../bin/busybox',
  'usr/sbin/reboot': '../bin/busybox',
  'etc/mtab': '/proc/mounts',
  'var/run': '/run',
}

/** Folders with their modes. */
export const FOLDERS: Readonly<Record<string, number>> = {
  dev: 0o755,
  etc: 0o755,
  'etc/ssh': 0o755,
  mnt: 0o755,
  proc: 0o555,
  root: 0o700,
  run: 0o755,
  sys: 0o555,
  tmp: 0o1777,
  var: 0o755,
  'var/log': 0o755,
  'var/tmp': 0o1777,
}

/** Files with their texts; readable by everyone. */
export const FILES: Readonly<Record<string, string>> = {
  'etc/group': 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n',
  'etc/hostname': 'rescue\n',
  'etc/hosts': '127.0.0.1 localhost\n10.0.2.15 rescue\n',
  'etc/inittab': '::ctrlaltdel:/usr/bin/reboot\n::shutdown:/usr/bin/sync\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n',
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\nsshd:x:100:65534::/run/sshd:/bin/false\nnobody:x:65534:65534::/:/bin/false\n',
  'etc/profile': 'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n',
  'etc/resolv.conf': 'nameserver 10.0.2.3\n',
  'etc/shells': '/bin/sh\n/bin/bash\n',
}

/** Programs of the rescue system's own. */
export const SCRIPTS: Readonly<Record<string, string>> = { 'usr/sbin/shutdown': SHUTDOWN_SCRIPT }

export const SSHD_SETTINGS: readonly string[] = [
  'HostKey /etc/ssh/ssh_host_ed25519_key',
  'PidFile /run/sshd.pid',
  'PermitRootLogin yes',
  'PasswordAuthentication yes',
  'KbdInteractiveAuthentication no',
  'UsePAM no',
  'UseDNS no',
  'PrintMotd no',
  // A client that looks whether SSH answers yet is no attacker.
  'MaxStartups 100',
  'Subsystem sftp /usr/lib/openssh/sftp-server',
]

/** OpenSSH 9.8 and newer punish clients that hang up early; older ones do not know the word. */
export const SSHD_PATIENCE = 'PerSourcePenalties no'

/** All of the recipe as one text, to be hashed. */
export const toRecipeText = (): string =>
  JSON.stringify([
    ...[ASSEMBLY, INIT_SCRIPT, PACKAGES, LOADED, OPENED_LIBRARIES, MODULES, LINKS, FOLDERS, FILES],
    ...[SCRIPTS, SSHD_SETTINGS, SSHD_PATIENCE],
  ])
