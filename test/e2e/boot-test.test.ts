/** The boot test as a user meets it: what is said, exit codes, and what is left. */

import { parseFaultFlag } from 'hcloud-sandbox'
import { describe, expect, it } from 'vitest'
import { createProject } from '../support/project.ts'
import { runInWorkspace } from '../support/workspace.ts'

const LABEL = 'talos-image/boot-tested'

async function openProject(...rules: string[]) {
  const project = await createProject({ faults: rules.map(parseFaultFlag) })
  const run = (...args: string[]) => runInWorkspace(args, { env: project.env, timeoutMs: 120_000 })
  return { project, run, [Symbol.asyncDispose]: () => project.close() }
}

const ONE = ['--arch', 'x86', '--var', 'talos_version=v1.13.9']

describe('build --boot-test', () => {
  it('shows the second server in the plan, and what was proven in lists', async () => {
    await using opened = await openProject()
    const { project, run } = opened
    const built = await run('build', ...ONE, '--boot-test', ...project.sshFlags)
    expect(built.code, built.stderr).toBe(0)
    expect(built.stderr).toMatch(/boot test: on cx23 in fsn1/)
    expect(built.stderr).toMatch(/has booted: Talos v1\.13\.9 answers; proven: version, architecture, platform/)
    expect(built.stdout).toMatch(/BOOTED .*\n.* v1\.13\.9 +v1\.13\.9 /)
    const [snapshot] = await project.snapshots()
    expect(snapshot?.labels).toMatchObject({ [LABEL]: 'v1.13.9' })
    expect(await project.remains()).toEqual([])

    const id = String(snapshot?.id)
    expect((await run('show', id)).stdout).toMatch(/boot test +Talos v1\.13\.9 came up/)
    const again = await run('boot-test', id, '--output', 'json')
    expect(again.code, again.stderr).toBe(0)
    expect(JSON.parse(again.stdout).snapshots).toMatchObject([
      { id: snapshot?.id, status: 'existing', bootTest: { booted: true, facts: { server: { verdict: 'proven' } } } },
    ])
    expect(await project.remains()).toEqual([])
  })

  it('exits with 5, and publishes nothing, when the disk does not boot', async () => {
    await using opened = await openProject('factory disk unbootable')
    const { project, run } = opened
    const built = await run('build', ...ONE, '--boot-test', '--timeout', 'boot-test=1s', ...project.sshFlags)
    expect(built.code, built.stderr).toBe(5)
    expect(built.stderr).toMatch(/error: x86: the snapshot \d+ does not boot: Talos does not answer at .* \(refused /)
    expect(built.stderr).toMatch(/hint: .*console/)
    expect(await project.snapshots()).toEqual([])
    expect(await project.remains()).toEqual([])
  })
})

describe('boot-test', () => {
  it('leaves a snapshot as it is that is no Talos, whatever made it', async () => {
    await using opened = await openProject()
    const { project, run } = opened
    const id = await project.addSnapshot({ os: 'talos', owner: 'somebody' })
    const before = await project.remains()
    const tested = await run('boot-test', String(id), '--boot-timeout', '1s')
    expect(tested.code, tested.stderr).toBe(5)
    expect(tested.stderr).toContain(`the snapshot ${id} does not boot`)
    expect(await project.snapshots()).toMatchObject([{ id, labels: { os: 'talos', owner: 'somebody' } }])
    expect(await project.remains()).toEqual(before)
  })

  it('refuses what is no snapshot', async () => {
    await using opened = await openProject()
    const tested = await opened.run('boot-test', '4711')
    expect(tested.code).toBe(1)
    expect(tested.stderr).toContain('error: there is no snapshot 4711 in this project')
  })
})
