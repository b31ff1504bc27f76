/** `talos-image cleanup`: what runs left behind, and nothing else. */

import * as v from 'valibot'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CommandResult } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { expectFailure } from '../support/refusal.ts'
import { runInWorkspace } from '../support/workspace.ts'

let project: Project
let isProtected = false

const run = (...args: string[]): Promise<CommandResult> =>
  runInWorkspace(['cleanup', ...args], { env: project.env, timeoutMs: 30_000 })

const LAPSED = '1000000000'
const LIVING = '4000000000'

/** A server as a run makes it. */
async function addServer(name: string, labels: Record<string, string>): Promise<void> {
  const order = { name, server_type: 'cx23', image: 'debian-13', location: 'fsn1', labels, start_after_create: false }
  await project.api(v.unknown(), 'POST', '/servers', order)
}

const labels = (run: string, lease: string): Record<string, string> => ({
  'talos-image/run': run,
  'talos-image/lease': lease,
})

beforeAll(async () => {
  project = await createProject({
    machines: 'none',
    intercept: ({ method, path }) =>
      isProtected && method === 'DELETE' && path.startsWith('/servers/')
        ? Response.json({ error: { code: 'unauthorized', message: 'not any more' } }, { status: 401 })
        : undefined,
  })
  await addServer('mine', { owner: 'me' })
})
beforeEach(async () => {
  await addServer('talos-image-lapsedxx-arm', labels('lapsedxx', LAPSED))
  await addServer('talos-image-livingxx-x86', labels('livingxx', LIVING))
  project.forget()
  return async () => {
    isProtected = false
    await run('--run', 'lapsedxx')
    await run('--run', 'livingxx')
  }
})
afterAll(() => project.close())

describe('cleanup', () => {
  it('shows what there is, and removes nothing', async () => {
    const { code, stdout } = await run()
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^server +\d+ +lapsedxx +abandoned .* ago +\d\.\d{4} EUR an hour +talos-image-lapsedxx-arm$/m,
    )
    expect(stdout).toMatch(/^server +\d+ +livingxx +in use, lease for .* +talos-image-livingxx-x86$/m)
    expect(stdout).toContain('talos-image cleanup --yes')
    expect(project.attempts()).toEqual([])
  })

  it('--yes removes what no living run claims', async () => {
    const { code, stdout, stderr } = await run('--yes')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Removed 1 of 1.\n' })
    expect(stderr).toMatch(/^removed server \d+ \(talos-image-lapsedxx-arm\)$/m)
    expect(await project.remains()).toEqual(['mine', 'talos-image-livingxx-x86'])
  })

  it('--run removes all of one run, and then finds nothing', async () => {
    expect(await run('--run', 'livingxx')).toMatchObject({ code: 0, stdout: 'Removed 1 of 1.\n' })
    expect(await project.remains()).toEqual(['mine', 'talos-image-lapsedxx-arm'])
    expect(await run('--run', 'livingxx')).toMatchObject({ code: 0, stdout: 'Nothing of run livingxx was found.\n' })
  })

  it('names what it cannot remove, and the command that does', async () => {
    isProtected = true
    const { stdout, ...result } = await run('--yes')
    expect(stdout).toBe('Removed 0 of 1.\n')
    expectFailure(
      4,
      { ...result, stdout: '' },
      'talos-image-lapsedxx-arm) could not be removed: ',
      'hint: remove it:\n    hcloud server delete ',
    )
  })

  it('is also what the next build does first', async () => {
    const result = await runInWorkspace(['build', '--arch', 'x86', '--ssh-timeout', '1s'], { env: project.env })
    expect(result.stderr).toMatch(/removed server \d+ \(talos-image-lapsedxx-arm\), which an earlier run left behind/)
    expect(await project.remains()).toEqual(['mine', 'talos-image-livingxx-x86'])
  })
})
