/** Every example of every help, typed into a shell as it stands there. */

import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allCommands, examplesOf } from '../../src/cli/help.ts'
import { createProgram } from '../../src/cli/program.ts'
import { COMMAND_LINE, type CommandOptions, runCommand, startCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'
import { testIo } from '../unit/cli/fixture.ts'

/** What a test cannot do, and why. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'talos-image doctor --ssh-host github.com': 'needs the internet; doctor.test.ts does it with a server of its own',
  'talos-image delete 400000001': 'asks in a terminal; prompt.test.ts answers',
}

/** In the order of the help, in which each finds what those before it have made. */
const EXAMPLES = allCommands(await createProgram(testIo(), () => undefined)).flatMap(([, command]) =>
  examplesOf(command).map(({ line }) => line),
)

/** What a run without images came to. */
const RESULT = JSON.stringify({ run: null, talosVersion: 'v1.12.2', snapshots: [], failed: [], leftovers: [] })
const SCHEMATIC = 'customization:\n  systemExtensions:\n    officialExtensions:\n      - siderolabs/iscsi-tools\n'

/** A shell as those have it who type the examples: bash; a part of them is zsh, which knows where its functions are. */
const SHELL = ['bash', '-euo', 'pipefail', '-c'] as const
const PRELUDE = 'fpath=(unused "$PWD")'

let project: Project

beforeAll(async () => {
  project = await createProject()
})
afterAll(() => project.close())

async function createHome(line: string): Promise<Workspace & { readonly options: CommandOptions }> {
  const workspace = await createWorkspace({ 'schematic.yaml': SCHEMATIC, 'results/1.json': RESULT, '1.log': RESULT })
  const program = await workspace.write('bin/talos-image', `#!/bin/sh\nexec ${COMMAND_LINE} "$@"\n`)
  await chmod(program, 0o755)
  await mkdir(join(workspace.root, '.config/fish/completions'), { recursive: true })
  // What `init` writes must not be there yet.
  if (line.startsWith('talos-image init')) await rm(join(workspace.root, '_packer'), { recursive: true })
  const env = {
    ...workspace.sandboxEnv,
    ...project.env,
    TALOS_IMAGE_SSH_PORT: String(project.sshPort),
    HOME: workspace.root,
    PATH: `${join(workspace.root, 'bin')}:${process.env.PATH}`,
  }
  return { ...workspace, options: { cwd: workspace.root, env, program: SHELL } }
}

/** Runs one that goes on until Ctrl-C, while `meanwhile` goes on. */
async function runSandbox(line: string, options: CommandOptions, meanwhile?: () => Promise<void>): Promise<void> {
  await using sandbox = startCommand([line], options)
  await sandbox.waitForStderr(/Ctrl-C ends it/)
  await meanwhile?.()
  sandbox.interrupt()
  expect((await sandbox.result).code).toBe(0)
}

async function expectSuccess(line: string, options: CommandOptions): Promise<void> {
  const { code, stdout, stderr } = await runCommand([`${PRELUDE}\n${line}`], options)
  expect(code, `${line}\n${stdout}${stderr}`).toBe(0)
}

describe('an example works as it stands in the help', () => {
  it.each(EXAMPLES.filter((line) => NOT_HERE[line] === undefined))('%s', async (line) => {
    await using home = await createHome(line)
    const { options } = home
    if (line.startsWith('talos-image sandbox')) await runSandbox(line, options)
    else if (line.includes('$(talos-image sandbox)'))
      await runSandbox('talos-image sandbox', options, () => expectSuccess(line, options))
    else await expectSuccess(line, options)
  })

  it('but for those that cannot be tried here, all of which are there', () => {
    expect(EXAMPLES).toEqual(expect.arrayContaining(Object.keys(NOT_HERE)))
    expect(EXAMPLES.length).toBeGreaterThan(40)
  })
})
