/**
 * Commands without effect on the disk, or without one before the image is written: one row each. The rescue system lies in
 * memory, so that what changes only that counts for nothing.
 */

import type { Call } from './interpreter.ts'
import { known, NotKnown } from './values.ts'
import { DEVICE } from './world.ts'

export interface HarmlessRow {
  readonly programs: readonly string[]
  /** Which arguments it must have, in words for the documentation; undefined: any. */
  readonly only?: { readonly title: string; readonly test: (args: readonly string[]) => boolean }
  /** It empties the disk: harmless until the image is written. */
  readonly empties?: true
  /** It asks something, rather than does something. */
  readonly asks?: true
}

const row = (programs: string, more: Omit<HarmlessRow, 'programs'> = {}): HarmlessRow => ({
  programs: programs.split(' '),
  ...more,
})

const wordsOf = (args: readonly string[]): string[] => args.filter((arg) => !arg.startsWith('-'))
/** @param titles one of these, and nothing else but paths and what is `ignored` */
const only = (titles: string, ignored = '') => {
  const wanted = titles.split(', ')
  const all = new Set([...wanted, ...ignored.split(' ')])
  const test = (args: readonly string[]): boolean =>
    args.some((arg) => wanted.includes(arg)) && args.every((arg) => all.has(arg) || arg.startsWith('/'))
  return { title: titles, test }
}
const SYSTEMCTL = new Set(
  'status is-active is-enabled stop start restart enable disable mask unmask daemon-reload'.split(' '),
)
/** The disk, or a partition of what was on it. */
const isOfDisk = (word: string): boolean => new RegExp(`^${DEVICE}\\d*$`).test(word)

export const HARMLESS: readonly HarmlessRow[] = [
  row('set shopt umask ulimit sync sleep date hostname nproc free df du ps jobs wait hash tput clear logger history'),
  row(
    'lsblk blkid findmnt lscpu lsmem lshw lspci dmesg uptime printenv stat file ls ip ping nslookup dig host fuser lsof',
  ),
  row(
    'partprobe partx udevadm umount swapoff modprobe mkdir rmdir mkfifo chmod chown kill killall sysctl timedatectl hostnamectl',
  ),
  row(
    'ssh-keygen update-ca-certificates locale-gen cloud-init journalctl passwd chpasswd useradd usermod userdel groupadd',
  ),
  row('which type cmp diff mountpoint pgrep pidof', { asks: true }),
  row('fdisk', { only: only('-l, --list') }),
  row('sfdisk', { only: only('-l, --list, -d, --dump, -J, --json, -V, --verify, -F') }),
  row('sgdisk', { only: only('-p, --print, -v, --verify') }),
  row('gdisk', { only: only('-l') }),
  row('parted', { only: only('print, -l, --list', '-s --script -m free unit s B MB MiB GB GiB') }),
  row('blockdev', {
    only: {
      title: '--rereadpt, --flushbufs, --getsize64 and the like',
      test: (args) => args.every((arg) => /^--(?:rereadpt|flushbufs|get.*|report)$|^[^-]/.test(arg)),
    },
  }),
  row('hdparm', {
    only: { title: '-I, -i, -g, -z', test: (args) => args.every((arg) => /^-[Iigz]$|^[^-]/.test(arg)) },
  }),
  row('mount', {
    only: {
      title: '-t tmpfs, -o remount, or no arguments',
      test: (args) => args.length === 0 || args.includes('tmpfs') || args.some((arg) => /^(?:-o)?remount/.test(arg)),
    },
  }),
  row('find', {
    only: { title: 'without -delete, -exec', test: (args) => !args.some((arg) => /^-(?:delete|exec|ok)/.test(arg)) },
  }),
  row('systemctl', {
    only: {
      title: 'status, start, stop, enable and the like',
      test: (args) => SYSTEMCTL.has(wordsOf(args)[0] ?? ''),
    },
  }),
  row('poweroff halt'),
  row('shutdown', { only: only('-h, -P, --poweroff', 'now +0 +1') }),
  row('apt-get apt apt-mark apt-key dpkg-reconfigure add-apt-repository'),
  row('wipefs', {
    only: { title: 'without -a', test: (args) => !args.some((arg) => /^-[a-z]*[ao]|^--(?:all|offset)/.test(arg)) },
  }),
  row('blkdiscard wipefs', {
    only: { title: `of ${DEVICE} or a partition`, test: (args) => wordsOf(args).every(isOfDisk) },
    empties: true,
  }),
  row('sgdisk', { only: only('-Z, --zap-all, -o, --clear'), empties: true }),
  row('sfdisk', { only: only('--delete'), empties: true }),
  row('parted', {
    only: only('mklabel', '-s --script -a optimal -- gpt msdos'),
    empties: true,
  }),
]

/** The row that a call falls under. @throws NotKnown when it empties the disk, and the image is there already */
export function findHarmless({ program, args, text, world }: Call): HarmlessRow | undefined {
  const rows = HARMLESS.filter(({ programs }) => programs.includes(program))
  const found = rows.find(({ only }) => only === undefined || only.test(args.map(known)))
  if (found?.empties === true) world.empty(text)
  if (rows.length > 0 && found === undefined) throw new NotKnown(`"${text}"`)
  return found
}
