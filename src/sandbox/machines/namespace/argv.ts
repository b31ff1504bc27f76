/** The command lines that lead into a machine; pure, so that what runs with which rights can be read and tested. */

import { ENTRY_SCRIPT } from './entry-script.ts'
import { HOLDER_SCRIPT } from './holder-script.ts'

/** Numbers of a user and a group. */
export interface Identity {
  readonly uid: number
  readonly gid: number
}

/** Who machines run as when this process is root: above the users that people and packages get on Debian (2026). */
export const MACHINE_USER: Identity = { uid: 64_961, gid: 64_961 }

/** The environment of every process on the way into a machine: nothing of this process's own. */
export const CLEAN_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
}

/** Programs that the two scripts need on the host. */
export const NEEDED_PROGRAMS: readonly string[] = [
  ...['bash', 'setpriv', 'unshare', 'nsenter', 'setsid', 'mount', 'umount', 'pivot_root', 'fallocate', 'getopt'],
  ...['env', 'stat', 'readlink', 'cat', 'chmod', 'cp', 'ln', 'mkdir', 'rmdir', 'dd'],
]

const NO_CAPABILITIES = ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs']

/** Gives up every right on the host that root would have. An ordinary user has none to give up. */
function asUser(user: Identity | undefined): string[] {
  if (user === undefined) return []
  return [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', ...NO_CAPABILITIES]
}

export interface HolderArguments {
  /** undefined: stay who we are. */
  readonly user: Identity | undefined
  readonly hostName: string
  readonly rootName: string
  /** Relative to the working directory. */
  readonly disk: string
  /** Name to text of the programs that stand in for others. */
  readonly standIns: Readonly<Record<string, string>>
}

/** The process that makes a machine's namespaces and keeps them: it dies with this one, and they with it. */
export function toHolderArgv({ user, hostName, rootName, disk, standIns }: HolderArguments): string[] {
  return [
    ...['setpriv', '--pdeathsig=KILL', ...asUser(user)],
    ...['unshare', '--user', '--map-root-user', '--mount', '--propagation=private', '--pid', '--uts', '--ipc'],
    ...['--fork', '--kill-child', '--', 'bash', '--noprofile', '--norc', '-c', HOLDER_SCRIPT, 'holder'],
    ...[hostName, rootName, disk, ...Object.entries(standIns).flat()],
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
  /** The process `unshare`, which lives in the namespaces itself, save that of process numbers. */
  readonly holderPid: number
  readonly expected: Expectation
  /** undefined: a login shell. */
  readonly command: string | undefined
}

/**
 * One command in a machine, behind the checks of the entry script and without any capability.
 * `nsenter` waits for it; `setsid` gives it a process group that can be signalled without `nsenter`.
 */
export function toEntryArgv({ user, holderPid, expected, command }: EntryArguments): string[] {
  const namespaces = `/proc/${holderPid}/ns`
  const { uid, gid } = expected.user
  return [
    ...(user === undefined ? [] : ['setpriv', ...asUser(user)]),
    ...['nsenter', '--preserve-credentials', `--user=${namespaces}/user`, `--mount=${namespaces}/mnt`],
    ...[`--uts=${namespaces}/uts`, `--ipc=${namespaces}/ipc`, `--pid=${namespaces}/pid_for_children`],
    ...['--', 'setsid', '--wait', 'setpriv', ...NO_CAPABILITIES, '--ambient-caps=-all', '--'],
    ...['bash', '--noprofile', '--norc', '-c', ENTRY_SCRIPT, 'entry'],
    ...[expected.namespaces, `0 ${uid} 1 0 ${gid} 1`, expected.disk, expected.mounts],
    ...[String(Math.ceil(expected.diskBytes / 1024)), ...(command === undefined ? ['shell'] : ['command', command])],
  ]
}
