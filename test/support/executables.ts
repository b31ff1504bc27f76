/** The executables that `npm run executables` has made, and where tests run them. */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { ROOT } from './command.ts'

export const FOLDER = join(ROOT, 'executables')
/** The version of the project, and of all that is in there. */
export const VERSION = v.parse(
  v.object({ version: v.string() }),
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
).version
export const LINUX_X64 = join(FOLDER, 'talos-image-linux-x64')
export const LINUX_ARM64 = join(FOLDER, 'talos-image-linux-arm64')

const OF_NODE = new Set(['node', 'nodejs', 'npm', 'npx', 'corepack', 'yarn', 'yarnpkg', 'pnpm', 'bun'])

/** Makes a folder with all programs of PATH but Node.js and what comes with it: a PATH as on a computer without. */
export async function createPathWithoutNode(folder: string): Promise<string> {
  await mkdir(folder)
  const places = (process.env.PATH ?? '').split(delimiter).filter((place) => !place.includes('node_modules'))
  const found = new Map<string, string>()
  for (const place of places) {
    for (const name of await readdir(place).catch(() => [])) {
      if (!OF_NODE.has(name) && !found.has(name)) found.set(name, join(place, name))
    }
  }
  await Promise.all([...found].map(([name, program]) => symlink(program, join(folder, name))))
  return folder
}

/** The arguments of the processes that name this text. */
export async function findProcesses(text: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eww', '-o', 'args='])
  return stdout.split('\n').filter((line) => line.includes(text))
}

/** ELF files for 64-bit ARM, by their first bytes: https://docs.kernel.org/admin-guide/binfmt-misc.html */
const ARM64 = String.raw`:arm64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64:F`
const REGISTER = `
set -e
mount -t binfmt_misc none "$1"
printf '%s' "$2" >"$1/register"
shift 2
exec "$@"
`
const MOUNTING = ['unshare', '--mount', 'sh', '-c', REGISTER, 'sh']

/**
 * A user namespace in which the kernel starts programs for ARM with qemu-user, also those that they start themselves. Such
 * namespaces have lists of their own since Linux 6.7, so nothing outside is changed.
 */
export interface ArmNamespace extends AsyncDisposable {
  /** What to put in front of a command. */
  readonly program: readonly [string, ...string[]]
  /** Where qemu-user finds the libraries. */
  readonly env: Readonly<Record<'QEMU_LD_PREFIX', string>>
}

/** @param folder empty, for the mount; takes root, since all users are mapped */
export async function openArmNamespace(folder: string): Promise<ArmNamespace> {
  await mkdir(folder)
  const holder = spawn('unshare', ['--user', 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(holder, 'exit')
  await once(holder.stdout, 'data')
  for (const map of ['uid_map', 'gid_map']) await writeFile(`/proc/${holder.pid}/${map}`, '0 0 4294967295')
  return {
    program: ['nsenter', '--user', '--target', `${holder.pid}`, ...MOUNTING, folder, ARM64],
    env: { QEMU_LD_PREFIX: '/usr/aarch64-linux-gnu' },
    async [Symbol.asyncDispose]() {
      holder.stdin.end()
      await ended
    },
  }
}
