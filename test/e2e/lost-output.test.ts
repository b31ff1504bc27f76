/** Results that cannot be printed. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMAND, type CommandResult, runCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

let project: Project
let workspace: Workspace

beforeAll(async () => {
  workspace = await createWorkspace({ 'file.txt': '' })
  project = await createProject({ machines: 'none' })
})
afterAll(async () => {
  await project.close()
  await workspace[Symbol.asyncDispose]()
})

/** Runs a command with its output where a script puts it. */
const runInto = (redirection: string, ...args: string[]): Promise<CommandResult> =>
  runCommand(args, {
    program: ['bash', '-c', `set -o pipefail; "$@" ${redirection}`, 'bash', ...COMMAND],
    cwd: workspace.root,
    env: project.env,
  })

describe('output that is lost', () => {
  it.each([
    ['to a full disk', '> /dev/full', 'no space left'],
    ['to what cannot be written', '1< file.txt', 'it is not open for writing'],
  ])('%s is a failure', async (_, redirection, reason) => {
    for (const output of ['json', 'text']) {
      const { code, stderr } = await runInto(redirection, 'list', '--output', output)
      expect(code, stderr).toBe(1)
      expect(stderr).toContain(`error: standard output cannot be written: ${reason}`)
    }
    const { code, stderr } = await runInto(redirection, 'show', '--output', 'json', '77')
    expect(code, stderr).toBe(1)
    expect(stderr).toContain('77')
    expect(stderr).toContain(reason)
  })

  it('ends a sandbox in the foreground, which is of no use without its addresses', async () => {
    const { code, stderr } = await runInto('> /dev/full', 'sandbox', '--machines', 'none', '--state', 'state')
    expect(code, stderr).toBe(1)
    expect(stderr).toContain('standard output cannot be written: no space left')
  })

  it('because its reader has gone is none', async () => {
    expect(await runInto('| true', 'help', 'build')).toMatchObject({ code: 0, stderr: '' })
    expect(await runInto('| true', 'list', '--output', 'json')).toMatchObject({ code: 0, stderr: '' })
  })
})
