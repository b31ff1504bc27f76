/** Commands of a template without effect on the disk: preparation, clean-up, messages. */

import { COMPRESSIONS } from '../../compressions.ts'
import type { SimpleCommand } from './commands.ts'

/** The disk of every Hetzner Cloud server, and what its controller calls it, too. */
export const DEVICE = '/dev/sda'

const SILENT = new Set(
  [
    'set shopt umask sync echo printf true : sleep date export lsblk blkid ls df free uname hostname',
    'whoami id nproc partprobe partx udevadm cd exit mkdir file',
  ].flatMap((line) => line.split(' ')),
)

/** Packages that templates install for that; the rescue system has their programs. */
const PACKAGES = new Set([
  ...['wget', 'curl', 'ca-certificates', 'xz-utils', 'pv', 'util-linux', 'coreutils', 'fdisk', 'gdisk', 'parted'],
  ...COMPRESSIONS.flatMap(({ templatePrograms }) => templatePrograms),
])

/** Whether the snapshot is the same without this command. */
export function isHarmless(command: SimpleCommand): boolean {
  const { program, args } = command
  if (command.redirects.some(({ operator, target }) => operator.includes('>') && !isHarmlessTarget(operator, target))) {
    return false
  }
  if (SILENT.has(program)) return true
  const words = args.filter((arg) => !arg.startsWith('-'))
  switch (program) {
    case 'apt-get':
    case 'apt':
      return ['update', 'clean'].includes(words[0] ?? '') || isKnownInstall(words)
    case 'rm':
      return words.every((word) => /^(?:\/tmp\/|\/root\/|\/etc\/ssh\/ssh_host_|[^/]+$)/.test(word))
    case 'blkdiscard':
    case 'wipefs':
      return words.every((word) => word === DEVICE)
    case 'sgdisk':
      return args.includes('--zap-all') || args.includes('-Z')
    case 'dd':
      return args.includes('if=/dev/zero') && args.includes(`of=${DEVICE}`)
    default:
      return false
  }
}

function isKnownInstall([verb, ...packages]: readonly string[]): boolean {
  return verb === 'install' && packages.length > 0 && packages.every((name) => PACKAGES.has(name))
}

function isHarmlessTarget(operator: string, target: string): boolean {
  return operator.endsWith('&') || target === '/dev/null' || target === '/dev/stderr' || target.startsWith('/tmp/')
}
