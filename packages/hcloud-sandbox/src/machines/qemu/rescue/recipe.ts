/** What the rescue system is made of. A change here makes a new one: the cache's key holds a hash of all of it. */

import { MERGED_LINKS, type Recipe } from '../systems/recipe.ts'
import { INIT_SCRIPT } from './init-script.ts'
import { takeSettings } from './settings.ts'
import { SHUTDOWN_SCRIPT } from './shutdown-script.ts'

export const RESCUE: Recipe = {
  packages: {
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
  },
  /*
   * What Perl and Python load. Of Python that is what scripts use, without what needs libraries that the rest does not.
   */
  loaded: [
    '^usr/lib/[^/]+-linux-gnu/perl-base/',
    '^usr/bin/python3\\.\\d+$',
    '^usr/lib/python3\\.\\d+/(?!(asyncio|ctypes|curses|dbm|lib2to3|multiprocessing|pydoc_data|sqlite3|tkinter|unittest|wsgiref|xml)/).*\\.py$',
    '^usr/lib/python3\\.\\d+/lib-dynload/(_bz2|_contextvars|_decimal|_hashlib|_json|_lzma|_ssl|mmap|termios)\\.[^/]+\\.so$',
  ],
  openedLibraries: ['libgcc_s.so.1'],
  modules: ['qemu_fw_cfg', 'virtio_pci', 'virtio_net', 'virtio_scsi', 'sd_mod'],
  links: {
    ...MERGED_LINKS,
    // Busybox's shell would prefer its own dd and wget to the real ones.
    'usr/bin/sh': 'bash',
    // Where today's systems have them.
    'usr/sbin/halt': '../bin/busybox',
    'usr/sbin/poweroff': '../bin/busybox',
    'usr/sbin/reboot': '../bin/busybox',
    'etc/mtab': '/proc/mounts',
    'var/run': '/run',
  },
  folders: {
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
  },
  files: {
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
  },
  scripts: { init: INIT_SCRIPT, 'usr/sbin/shutdown': SHUTDOWN_SCRIPT },
  more: takeSettings,
}
