/** The command lines that lead into a machine; pure, so that what runs with which rights can be read and tested. */

import { ENTRY_SCRIPT } from './entry-script.ts'
import { INIT_SCRIPT } from './init-script.ts'

/** Numbers of a user and a group. */
export interface Identity {
  readonly uid: number
  readonly gid: number
}

/**
 * Who machines run as when this process is root: between the numbers that systemd gives away by itself (DynamicUser,
 * 61184 to 65519) and `nobody` (65534), where no user of a computer is expected.
 */
export const MACHINE_USER: Identity = { uid: 65_527, gid: 65_527 }

/** The environment of every process on the way into a machine: nothing of this process's own. */
export const CLEAN_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
}

/** Programs that the two scripts need on the host. */
export const NEEDED_PROGRAMS: readonly string[] = [
  ...[
    'bash',
    'setpriv',
    'unshare',
    'nsenter',
    'setsid',
    'prlimit',
    'mount',
    'umount',
    'pivot_root',
    'fallocate',
    'getopt',
  ],
  ...['env', 'stat', 'readlink', 'cat', 'chmod', 'cp', 'ln', 'mkdir', 'rmdir', 'dd'],
]

/**
 * Runs its arguments with nothing open but standard input, output and errors. What this process inherited from a shell
 * (`200>lock`) is not always closed by Node.js, and would lead to files of this computer. It also makes the kernel end
 * machines before anything else when memory runs out. No process is made: who signals a command looks for the first.
 */
const CLOSE_SCRIPT = `
for fd in /proc/self/fd/*; do
  fd=\${fd##*/}
  if ((fd > 2)); then exec {fd}>&-; fi
done
{ echo 1000 > /proc/self/oom_score_adj; } 2> /dev/null
exec "$@"
`

const CLOSE_INHERITED = ['bash', '--noprofile', '--norc', '-c', CLOSE_SCRIPT, 'close-inherited']

/** In front of all: the kernel kills the process when this one dies, even if it has been stopped. */
const DIE_WITH_PARENT = ['setpriv', '--pdeathsig=KILL']

const NO_CAPABILITIES = ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs']

/** Gives up every right on the host that root would have. An ordinary user has none to give up. */
function asUser(user: Identity | undefined): string[] {
  if (user === undefined) return []
  return [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', ...NO_CAPABILITIES]
}

export interface InitArguments {
  /** undefined: stay who we are. */
  readonly user: Identity | undefined
  /** As `findKeyringArgv` gives it. */
  readonly keyring: readonly string[]
  readonly hostName: string
  readonly rootName: string
  /** Of root, as in /etc/shadow. */
  readonly passwordHash: string
  /** The line of /etc/ssh/ssh_host_ed25519_key.pub. */
  readonly hostKey: string
  /** Relative to the working directory. */
  readonly disk: string
  /** Name to text of the programs that stand in for others. */
  readonly standIns: Readonly<Record<string, string>>
}

/** The process that makes a machine's namespaces and keeps them: it dies with this one, and they with it. */
export function toInitArgv({ user, keyring, standIns, ...told }: InitArguments): string[] {
  const { hostName, rootName, disk, passwordHash, hostKey } = told
  return [
    ...[...CLOSE_INHERITED, ...keyring, ...DIE_WITH_PARENT, ...asUser(user)],
    ...['unshare', '--user', '--map-root-user', '--mount', '--propagation=private', '--pid', '--uts', '--ipc'],
    ...['--fork', '--kill-child', '--', 'bash', '--noprofile', '--norc', '-c', INIT_SCRIPT, 'init'],
    ...[hostName, rootName, disk, passwordHash, hostKey, ...Object.entries(standIns).flat()],
  ]
}

/** What the entry script must find before it runs a command. */
export interface Expectation {
  /** As `readlink` prints them, a line each: user, mnt, pid, uts, ipc. */
  readonly namespaces: string
  readonly user: Identity
  /** `device:inode` */
  readonly disk: string
  /** As `toMountList` prints them. */
  readonly mounts: string
  readonly diskBytes: number
}

export interface EntryArguments {
  readonly user: Identity | undefined
  /** As `findKeyringArgv` gives it. */
  readonly keyring: readonly string[]
  /** The process `unshare`, which lives in the namespaces itself, save that of process numbers. */
  readonly initPid: number
  readonly expected: Expectation
  /** undefined: a login shell. */
  readonly command: string | undefined
}

/**
 * One command in a machine, behind the checks of the entry script and without any capability.
 * `nsenter` waits for it; `setsid` gives it a process group that can be signalled without `nsenter`.
 */
export function toEntryArgv({ user, keyring, initPid, expected, command }: EntryArguments): string[] {
  const namespaces = `/proc/${initPid}/ns`
  const { uid, gid } = expected.user
  return [
    ...[...CLOSE_INHERITED, ...keyring, ...DIE_WITH_PARENT, ...asUser(user)],
    ...['nsenter', '--preserve-credentials', `--user=${namespaces}/user`, `--mount=${namespaces}/mnt`],
    ...[`--uts=${namespaces}/uts`, `--ipc=${namespaces}/ipc`, `--pid=${namespaces}/pid_for_children`],
    ...['--', 'setsid', '--wait', 'setpriv', ...NO_CAPABILITIES, '--ambient-caps=-all', '--'],
    ...['bash', '--noprofile', '--norc', '-c', ENTRY_SCRIPT, 'entry'],
    ...[expected.namespaces, `0 ${uid} 1 0 ${gid} 1`, user === undefined ? 'any' : 'none'],
    ...[expected.disk, expected.mounts, String(Math.ceil(expected.diskBytes / 1024))],
    ...(command === undefined ? ['shell'] : ['command', command]),
  ]
}
