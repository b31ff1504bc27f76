/** What the figures were measured on. */

import { execFile } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describeSetups, makeSetups } from 'hcloud-sandbox'
import { CACHE_ENV } from './end-to-end/cache.ts'
import type { Machine } from './page.ts'

/** How each program tells its version. */
const PROGRAMS: readonly (readonly [name: string, ...command: [string, ...string[]]])[] = [
  ['Packer', 'packer', '--version'],
  ['hcloud', 'hcloud', 'version'],
  ['QEMU', 'qemu-system-x86_64', '--version'],
  ['curl', 'curl', '--version'],
  ['wget', 'wget', '--version'],
  ['xz', 'xz', '--version'],
  ['zstd', 'zstd', '--version'],
]

/** The computer, and the versions of what is measured on it. */
export async function describeMachine(): Promise<Machine> {
  const [first] = cpus()
  const memory = Math.round(totalmem() / 1024 ** 3)
  const hardware = `${cpus().length} x ${first?.model.trim() ?? 'an unknown processor'}, ${memory} GiB, Linux ${release()}`
  const versions: (readonly [string, string])[] = [['Node.js', process.version]]
  for (const [name, file, ...args] of PROGRAMS) versions.push([name, await versionOf(file, args)])
  const cacheDir = join(CACHE_ENV.XDG_CACHE_HOME, 'talos-image')
  const machines = describeSetups(await makeSetups({ cacheDir, arch: process.arch, signal: undefined }))
  return { hardware, machines, versions }
}

async function versionOf(file: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, [...args])
    return /\d+\.[\w.+~-]*\w/.exec(stdout)?.[0] ?? 'it does not say'
  } catch {
    return 'not installed'
  }
}
