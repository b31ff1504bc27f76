/** What the figures were measured on. */

import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { promisify } from 'node:util'
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
  const hardware = `${cpus().length} x ${first?.model.trim() ?? 'an unknown processor'}, ${memory} GiB, Linux ${release()}, ${hasKvm() ? 'with' : 'no'} hardware virtualisation`
  const versions: (readonly [string, string])[] = [['Node.js', process.version]]
  for (const [name, file, ...args] of PROGRAMS) versions.push([name, await versionOf(file, args)])
  return { hardware, versions }
}

function hasKvm(): boolean {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

async function versionOf(file: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, [...args])
    return /\d+\.[\w.+~-]*\w/.exec(stdout)?.[0] ?? 'unknown'
  } catch {
    return 'not installed'
  }
}
