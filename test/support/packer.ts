/** Packer for tests of `--engine packer`: the real one, seen through a script that writes down how it was called. */

import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workspace } from './workspace.ts'

export interface SpiedPacker {
  /** Puts it first in PATH. */
  readonly env: Readonly<Record<'PATH' | 'HOME', string>>
  /** The arguments of each call so far, and what its environment said. */
  calls(): Promise<readonly PackerCall[]>
}

export interface PackerCall {
  readonly pid: number
  readonly cwd: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** What runs in the place of Packer, after the call was written down. */
type Body = string

/** @param body a shell script; by default it becomes the real Packer */
export async function spyOnPacker(workspace: Workspace, body?: Body): Promise<SpiedPacker> {
  const folder = join(workspace.root, 'bin')
  const log = join(workspace.root, 'packer-calls')
  await mkdir(folder, { recursive: true })
  const real = body ?? `exec ${execFileSync('sh', ['-c', 'command -v packer'], { encoding: 'utf8' }).trim()} "$@"`
  const script = `#!/bin/bash
{ printf 'pid %s\\n' "$$"; printf 'cwd %s\\n' "$PWD"; printf 'arg %s\\n' "$@"; env | sed 's/^/env /'; echo; } >> '${log}'
${real}
`
  const program = join(folder, 'packer')
  await writeFile(program, script)
  await chmod(program, 0o755)
  return {
    env: { PATH: `${folder}:${process.env.PATH ?? ''}`, HOME: workspace.root },
    async calls() {
      const text = await readFile(log, 'utf8').catch(() => '')
      return text.split('\n\n').flatMap((block) => (block.trim() === '' ? [] : [readCall(block)]))
    },
  }
}

function readCall(block: string): PackerCall {
  const all = (word: string): string[] =>
    block.split('\n').flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
  return {
    pid: Number(all('pid')[0]),
    cwd: all('cwd')[0] ?? '',
    args: all('arg'),
    env: Object.fromEntries(all('env').map((line) => [line.replace(/=.*/s, ''), line.replace(/^[^=]*=/, '')])),
  }
}
