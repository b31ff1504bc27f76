/** docs/getting-started.md, typed into a shell at a terminal from its first command to its last, as it stands there. */

import { expect } from 'vitest'
import type { CommandResult } from './command.ts'
import type { Project } from './project.ts'
import { readShellBlocks } from './shell-blocks.ts'
import { runAtTerminal, type Typing } from './terminal.ts'

const PAGE = 'docs/getting-started.md'
/** What the reader puts a token of their own into. */
const TOKEN = 'export HCLOUD_TOKEN=...'

/** What is typed at the questions of `init`: the defaults. */
const ANSWERS: readonly Typing[] = [
  { when: /Talos version:[\s\S]*type to search/, keys: '\r' },
  { when: /System extensions:[\s\S]*chosen/, keys: '\r' },
  { when: /Architectures:[\s\S]*chosen/, keys: '\r' },
  { when: /Location of[\s\S]*❯ fsn1/, keys: '\r' },
]
const AGREEMENT: Typing = { when: /Write these changes\?[\s\S]*❯ no/, keys: '\u001b[B\r' }

export interface Newcomer {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Where the token leads. */
  readonly project: Project
  /** Whether there is a `_packer`, which is adapted. */
  readonly adapts: boolean
}

/** Types all of the page, and stops where a command fails. */
export async function followGettingStarted({ cwd, env, project, adapts }: Newcomer): Promise<CommandResult> {
  const commands = await readShellBlocks(PAGE)
  expect(commands.length).toBeGreaterThan(12)
  expect(commands).toContain(TOKEN)
  const { HCLOUD_TOKEN: token, ...others } = project.env
  const lines = commands.map((command) =>
    command === TOKEN ? `export HCLOUD_TOKEN="$TOKEN_OF_THE_PROJECT"` : `printf '\\n$ %s\\n' '${command}'\n${command}`,
  )
  const script = ['set -euo pipefail', ...lines].join('\n')
  return runAtTerminal([], {
    cwd,
    env: { ...others, ...env, TOKEN_OF_THE_PROJECT: token, NO_COLOR: '1', PAGE: script },
    shellCommand: 'bash -c "$PAGE"',
    type: adapts ? [...ANSWERS, AGREEMENT] : ANSWERS,
    timeoutMs: 240_000,
  })
}

/** What holds for every newcomer: all went well, nothing is left, and the plan shows the answers. */
export async function expectSuccess({ code, stdout }: CommandResult, project: Project): Promise<void> {
  expect(code, stdout).toBe(0)
  expect(stdout).not.toMatch(/^\s+at .*[\d)]$|defect of talos-image|^error:/m)
  const plan = /\$ talos-image plan([\s\S]*)\$ talos-image build\r?\n/.exec(stdout)?.[1] ?? ''
  expect(plan).toContain('Plan: Talos v1.13.9, 2 images')
  expect(plan.replaceAll(/\s+/g, ' ')).toContain('hcloud.auto.pkrvars.hcl, talos-image.yaml, schematic.yaml')
  expect(await project.remains()).toEqual([])
  // Generic ones, and those of two roles, of both architectures.
  expect(await project.snapshots()).toHaveLength(6)
}
