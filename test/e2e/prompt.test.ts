/** Questions at a pseudo-terminal: the hidden prompt for the token, and whether to delete. */

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

describe.runIf(hasTerminal())('delete', () => {
  it('shows what goes and asks; enter alone is no, and it is done for a yes', async () => {
    await using project = await createProject({ machines: 'none' })
    await using workspace = await createWorkspace()
    const id = await project.addSnapshot({ os: 'talos', role: 'worker' })
    const answer = (keys: string) =>
      runAtTerminal(['delete', '--role', 'worker'], {
        cwd: workspace.root,
        env: project.env,
        type: { when: /Delete this snapshot\?/, keys },
      })
    const refused = await answer('\r')
    expect(refused.stdout).toMatch(new RegExp(`^${id} +x86 +worker `, 'm'))
    expect(refused).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was deleted.') })
    expect(await project.snapshots()).toHaveLength(1)
    const left = await answer('\u0003')
    expect(left.code, left.stdout).toBe(130)
    const agreed = await answer('y\r')
    expect(agreed.stdout).toContain(`Deleted snapshot ${id} `)
    expect(await project.snapshots()).toEqual([])
  })
})
