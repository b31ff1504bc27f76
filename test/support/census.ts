/** What can be seen of processes: their arguments on this computer, and everything within the machines. */

import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface Census {
  /** The arguments of every process on this computer, those of the machines too. */
  readonly args: string
  /** How many processes run in another PID namespace than this one. */
  readonly inMachines: number
  /** Environment of those processes. */
  readonly environments: string
  /** Paths of the files of machines that hold one of the texts. */
  readonly files: readonly string[]
}

const run = promisify(execFile)

/** Where a machine keeps what is its own. */
const FOLDERS = ['root', 'tmp', 'run', 'etc', 'home', 'var/tmp']

/** Looks at all of it now. @param texts what to look for in files */
export async function takeCensus(texts: readonly string[]): Promise<Census> {
  const { stdout: args } = await run('ps', ['-eww', '-o', 'args'])
  const own = await readlink('/proc/self/ns/pid')
  const lodgers: string[] = []
  for (const pid of await readdir('/proc')) {
    // One that has ended meanwhile, or is another user's, has none.
    const namespace = /^\d+$/.test(pid) ? await readlink(`/proc/${pid}/ns/pid`).catch(() => own) : own
    if (namespace !== own) lodgers.push(pid)
  }
  const environments: string[] = []
  const files = new Set<string>()
  const machines = new Map<string, string>()
  for (const pid of lodgers) {
    environments.push(await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''))
    // One of its processes is enough to look into a machine.
    machines.set(await readlink(`/proc/${pid}/ns/mnt`).catch(() => ''), pid)
  }
  for (const pid of machines.values()) for (const file of await findTexts(pid, texts)) files.add(file)
  return { args, inMachines: lodgers.length, environments: environments.join('\0'), files: [...files] }
}

async function findTexts(pid: string, texts: readonly string[]): Promise<string[]> {
  const patterns = texts.flatMap((text) => ['-e', text])
  const folders = FOLDERS.map((folder) => `/proc/${pid}/root/${folder}`)
  // It ends with 1 when nothing was found, and with 2 when a folder is not there.
  const { stdout } = await run('grep', ['-rlsF', '-D', 'skip', ...patterns, ...folders], { timeout: 20_000 }).catch(
    (error: { readonly stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  )
  return stdout.split('\n').filter((line) => line !== '')
}
