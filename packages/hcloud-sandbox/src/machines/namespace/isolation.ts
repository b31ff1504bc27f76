/** The namespaces of one boot of a machine: made, proven to be what they should be, and ended again. */

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { SandboxError } from '../../errors.ts'
import { CLEAN_ENVIRONMENT, type Expectation, type Identity, MACHINE_USER, toEntryArgv, toInitArgv } from './argv.ts'
import { openDiskAccess } from './disk-access.ts'
import { type Init, type MachineEnd, startInit } from './init.ts'
import { findKeyringArgv } from './keyring.ts'
import { mountProblems, parseMountinfo, toMountList } from './mounts.ts'
import { NO_PASSWORD } from './password-hash.ts'
import { findRemedy } from './remedy.ts'
import { findChild, releaseCommands } from './signal-command.ts'
import { toStandIns } from './stand-ins/index.ts'

/** What a first command says. */
const PROOF = 'isolated'

const NAMESPACES = ['user', 'mnt', 'pid', 'uts', 'ipc'] as const

export interface IsolationOptions {
  /** Absolute path of the disk file. */
  readonly diskFile: string
  readonly hostName: string
  readonly system: 'rescue' | 'disk'
  /** Of root, as in /etc/shadow; no password unless told. */
  readonly passwordHash?: string
  /** The line of /etc/ssh/ssh_host_ed25519_key.pub. */
  readonly hostKey?: string
  /** `blkdiscard` says that it has discarded, and leaves the disk alone. */
  readonly ignoreDiscard?: boolean
  readonly sabotage?: Sabotage
}

/** For tests: changes a part of the isolation, or what is expected of it; the checks must then refuse. */
export interface Sabotage {
  readonly init?: (argv: readonly string[]) => readonly string[]
  readonly entry?: (argv: readonly string[]) => readonly string[]
  readonly expected?: (expected: Expectation) => Expectation
}

export interface Isolation {
  /**
   * Starts a command. Checks in the namespaces come first, and when they do not pass the command does not run: the
   * status is then `REFUSED_STATUS`. To signal the command, take `signalCommand`: the process is not the command itself.
   * @param command undefined: a login shell
   */
  start(command: string | undefined): ChildProcessWithoutNullStreams
  /** Gives the disk its size and its mode back when a command changed them. */
  restoreDisk(): Promise<void>
  /** Changes the byte of the disk at an offset, behind the back of all commands. The disk has to have its size. */
  corruptDisk(offset: number): Promise<void>
  /** Resolves when no process of the machine is left. */
  readonly ended: Promise<MachineEnd>
  /** Ends every process of the machine. Never fails. */
  close(): Promise<void>
}

/**
 * Makes the namespaces of a machine, and proves with a first command that they isolate it.
 * @throws SandboxError `sandbox` when they cannot be made, or when anything about them is not as it should be
 */
export async function openIsolation(options: IsolationOptions): Promise<Isolation> {
  const self: Identity = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const user = self.uid === 0 ? MACHINE_USER : undefined
  const access = await openDiskAccess(options.diskFile, user)
  let init: Init | undefined
  try {
    const { sabotage } = options
    const keyring = await findKeyringArgv()
    const standIns = toStandIns({ ignoreDiscard: options.ignoreDiscard ?? false })
    const { passwordHash = NO_PASSWORD, hostKey = '' } = options
    const told = { ...toNames(options), passwordHash, hostKey, disk: access.file }
    const argv = toInitArgv({ user, keyring, standIns, ...told })
    init = await startInit(sabotage?.init?.(argv) ?? argv, access.folder)
    const looked = await lookAtMachine(init.pid, user ?? self, access)
    const expected = sabotage?.expected?.(looked) ?? looked
    const { pid, ending, ended, close } = init
    const commands = new Set<ChildProcess>()
    const released = ending.then(() => releaseCommands(commands))
    const isolation: Isolation = {
      start(command) {
        const entry = toEntryArgv({ user, keyring, initPid: pid, expected, command })
        const child = startCommand(sabotage?.entry?.(entry) ?? entry)
        commands.add(child)
        const forget = () => commands.delete(child)
        child.on('exit', forget).on('error', forget)
        return child
      },
      restoreDisk: () => access.restore(),
      corruptDisk: (offset) => access.corrupt(offset),
      ended,
      async close() {
        await Promise.all([close(), released])
        await access.restore().catch(() => undefined)
        await access.close()
      },
    }
    await prove(isolation)
    return isolation
  } catch (error) {
    await init?.close()
    await access.close()
    throw await toIsolationError(error)
  } finally {
    await access.shut()
  }
}

function toNames({ hostName, system }: IsolationOptions): { hostName: string; rootName: string } {
  // The name of the root's source is shown in /proc/mounts: by it, too, an installed system is no rescue system.
  return { hostName, rootName: system === 'rescue' ? 'rescue' : '/dev/sda1' }
}

/** What the machine is made of, as seen from outside, with what is wrong with it already. */
async function lookAtMachine(
  pid: number,
  user: Identity,
  disk: { readonly id: string; readonly bytes: number },
): Promise<Expectation> {
  const [inside, outside, mountinfo] = await Promise.all([
    Promise.all(NAMESPACES.map((name) => readlink(`/proc/${pid}/ns/${name === 'pid' ? 'pid_for_children' : name}`))),
    Promise.all(NAMESPACES.map((name) => readlink(`/proc/self/ns/${name}`))),
    readFile(`/proc/${pid}/mountinfo`, 'utf8'),
  ])
  const shared = NAMESPACES.filter((_, index) => inside[index] === outside[index])
  if (shared.length > 0) throw new Error(`the machine shares the ${shared.join(', ')} namespace with this computer`)
  if (user.uid === 0 || user.gid === 0) throw new Error('the machine would run as root of this computer')
  const first = await findChild(pid)
  if (first === undefined) throw new Error('the first process of the machine cannot be found')
  const open = (await Promise.all([pid, first].map(listOpenFiles))).flat()
  if (open.length > 0) throw new Error(`the machine was left files of this computer open: ${open.join(', ')}`)
  const mounts = parseMountinfo(mountinfo)
  const problems = mountProblems(mounts)
  if (problems.length > 0) throw new Error(problems.join('; '))
  return { namespaces: inside.join('\n'), user, disk: disk.id, mounts: toMountList(mounts), diskBytes: disk.bytes }
}

/** What a process has open by a path, besides its standard input and output; it may need other things for itself. */
async function listOpenFiles(pid: number): Promise<string[]> {
  const numbers = (await readdir(`/proc/${pid}/fd`)).filter((fd) => Number(fd) > 2)
  const targets = await Promise.all(numbers.map((fd) => readlink(`/proc/${pid}/fd/${fd}`)))
  return targets.filter((target) => target.startsWith('/'))
}

function startCommand([program = '', ...args]: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(program, args, { cwd: '/', env: CLEAN_ENVIRONMENT, detached: true })
}

async function prove(isolation: Isolation): Promise<void> {
  const child = isolation.start(`printf ${PROOF}`)
  child.stdin.on('error', () => undefined).end()
  const status = new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve).on('error', reject)
  })
  // A status alone could be that of something on the way.
  const [code, complaint, said] = await Promise.all([status, text(child.stderr), text(child.stdout)])
  if (code !== 0 || said !== PROOF) throw new Error(complaint.trim() || `a first command ended with status ${code}`)
}

async function toIsolationError(cause: unknown): Promise<SandboxError> {
  if (cause instanceof SandboxError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SandboxError(
    {
      code: 'sandbox',
      message: `the machines of the sandbox cannot be isolated from this computer, so nothing runs in them: ${reason}`,
      hint: await findRemedy(),
    },
    { cause },
  )
}
