/** The hidden prompt for the token, at a pseudo-terminal. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandResult } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { hasTerminal, runAtTerminal } from '../support/terminal.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

describe.runIf(hasTerminal())('the prompt for the token', () => {
  let project: Project
  let workspace: Workspace

  beforeAll(async () => {
    project = await createProject({ machines: 'none' })
    workspace = await createWorkspace()
  })
  afterAll(async () => {
    await project.close()
    await workspace[Symbol.asyncDispose]()
  })

  const list = (keys: string): Promise<CommandResult> =>
    runAtTerminal(['list'], {
      cwd: workspace.root,
      env: { HCLOUD_ENDPOINT: project.endpoint },
      type: { when: /API token:/, keys },
    })

  it('shows nothing of what is typed', async () => {
    const { token } = project
    const { code, stdout } = await list(`${token}\r`)
    expect(code, stdout).toBe(0)
    expect(stdout).toContain('Hetzner Cloud API token:')
    expect(stdout).toContain('No Talos snapshots')
    for (let start = 0; start + 8 <= token.length; start += 8)
      expect(stdout).not.toContain(token.slice(start, start + 8))
  })

  it('is left with Ctrl-C', async () => {
    project.forget()
    const { code, stdout } = await list('\u0003')
    expect(code, stdout).toBe(130)
    expect(stdout).not.toMatch(/^\s+at /m)
    expect(project.log).toEqual([])
  })

  it('takes nothing for no token', async () => {
    const { code, stdout } = await list('\r')
    expect(code, stdout).toBe(2)
    expect(stdout).toContain('HCLOUD_TOKEN: there is no API token')
  })
})
