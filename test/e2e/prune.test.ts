/** `talos-image prune`: old snapshots go, and nothing else. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandResult } from '../support/command.ts'
import { parseDocument } from '../support/documents.ts'
import { createProject, type Project } from '../support/project.ts'
import { expectRefusal } from '../support/refusal.ts'
import { runInWorkspace } from '../support/workspace.ts'

let project: Project
let older = 0
let newer = 0

const run = (...args: string[]): Promise<CommandResult> => runInWorkspace(args, { env: project.env })

beforeAll(async () => {
  project = await createProject()
  for (const version of ['v1.12.1', 'v1.12.2']) {
    const flags = ['--arch', 'x86', '--var', `talos_version=${version}`, ...project.sshFlags]
    const built = await run('build', ...flags)
    expect(built.code, built.stderr).toBe(0)
  }
  const ids = (await project.snapshots()).map(({ id }) => id)
  older = Math.min(...ids)
  newer = Math.max(...ids)
  project.forget()
})
afterAll(() => project.close())

describe('prune', () => {
  it('must be told what is old', async () => {
    expectRefusal(await run('prune'), 'prune was not told what is old', '--keep 2')
    expectRefusal(await run('prune', '--older-than', 'yesterday'), 'Use an age such as 30d')
  })

  it('shows what would go and why, and deletes nothing', async () => {
    const { code, stdout } = await run('prune', '--keep', '1')
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^stays +${newer} +x86 +- +v1\\.12\\.2 .* the newest generic x86$`, 'm'))
    expect(stdout).toMatch(
      new RegExp(`^goes +${older} +x86 +- +v1\\.12\\.1 .* number 2 of generic x86, 0 days old$`, 'm'),
    )
    expect(stdout).toMatch(/^1 of 2 go: < 10 MB, < 0\.0001 EUR a month\.$/m)
    expect(stdout).toContain('Delete what goes with --yes.')
    expect((await run('prune', '--older-than', '30d')).stdout).toContain('All of them stay.')
    expect(project.attempts()).toEqual([])
  })

  it('--yes deletes it', async () => {
    const { code, stdout } = await run('prune', '--keep', '1', '--yes', '--output', 'json')
    expect(code).toBe(0)
    expect(parseDocument('prune', stdout)).toMatchObject({
      deleted: [{ id: older }],
      snapshots: [{ goes: false }, { goes: true }],
    })
    expect((await project.snapshots()).map(({ id }) => id)).toEqual([newer])
  })
})
