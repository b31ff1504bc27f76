/** What is not in stock: the next placement, or the other architecture alone. */

import type { SandboxOptions } from 'hcloud-sandbox'
import { describe, expect, it } from 'vitest'
import type { CommandResult } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { runInWorkspace } from '../support/workspace.ts'

const ALL_ARM = ['cax11', 'cax21', 'cax31', 'cax41']

const build = (project: Project, ...args: string[]): Promise<CommandResult> =>
  runInWorkspace(['build', ...project.sshFlags, ...args], { env: project.env })

/** Says no to every ARM server that `is` fits, although the API says that there are some. */
function refuseArm(status: number, code: string, is: RegExp): Pick<SandboxOptions, 'intercept'> {
  return {
    intercept: ({ method, path, body }) =>
      method === 'POST' && path === '/servers' && is.test(JSON.stringify(body))
        ? Response.json({ error: { code, message: 'no server of that type' } }, { status })
        : undefined,
  }
}

describe('out of stock', () => {
  it('at the first placement walks on to the next, and says so', async () => {
    await using project = await createProject({ outOfStock: ['cax11@fsn1'] })
    const { code, stderr } = await build(project, '--arch', 'arm')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(': build on cax11 in hel1')
    expect(stderr).toContain('note: cax11 is out of stock in fsn1')
  })

  it.each([
    [412, 'resource_unavailable'],
    [422, 'placement_error'],
  ])('that is found out only by a %i %s walks on, too', async (status, error) => {
    await using project = await createProject(refuseArm(status, error, /"location":"fsn1"/))
    const { code, stderr } = await build(project, '--arch', 'arm')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('[arm] cax11 in fsn1: not in stock, trying the next')
    const created = project.log.filter(({ method, path }) => method === 'POST' && path === '/v1/servers')
    expect(created.map((request) => request.status)).toEqual([status, 201])
    expect(await project.remains()).toEqual([])
  })

  it('everywhere for ARM still makes x86, with an exit code of its own', async () => {
    await using project = await createProject({ outOfStock: ALL_ARM })
    const { code, stdout, stderr } = await build(project)
    expect(code, stderr).toBe(3)
    expect(stdout).toMatch(/^\d+ +x86 /m)
    expect(stdout).not.toMatch(/^\d+ +arm /m)
    expect(stderr).toContain('arm: build; nothing is in stock')
    expect(stderr).toContain(
      'error: arm: no server for arm is in stock; cax11 is out of stock in fsn1\n  hint: try again',
    )
    expect((await project.snapshots()).map(({ architecture }) => architecture)).toEqual(['x86'])
    expect(await project.remains()).toEqual([])
  })

  it('everywhere, as the API finds out, names every try', async () => {
    await using project = await createProject(refuseArm(412, 'resource_unavailable', /"server_type":"cax/))
    const { code, stdout, stderr } = await build(project, '--output', 'json')
    expect(code).toBe(3)
    expect(stderr).toContain('[arm] cax11 in fsn1: not in stock, trying the next')
    const { failed, snapshots } = JSON.parse(stdout)
    expect(snapshots).toMatchObject([{ architecture: 'x86', status: 'built' }])
    expect(failed).toMatchObject([{ image: 'arm', error: { code: 'stock' } }])
    for (const place of ['fsn1', 'nbg1', 'hel1']) expect(failed[0].error.message).toContain(`cax11 in ${place}`)
    expect(await project.remains()).toEqual([])
  })

  it('of all small disks needs a word for bigger ones', async () => {
    await using project = await createProject({ outOfStock: ['cax11'] })
    const refused = await build(project, '--arch', 'arm')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('allow bigger disks with --allow-bigger-disk')
    const { code, stdout, stderr } = await build(project, '--arch', 'arm', '--allow-bigger-disk', '--output', 'json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout).snapshots).toMatchObject([{ diskGb: 80 }])
  })

  it('leaves the older snapshot of the series to those who allow it', async () => {
    let isSoldOut = false
    await using project = await createProject({
      intercept: (request, answer) =>
        isSoldOut ? refuseArm(412, 'resource_unavailable', /./).intercept?.(request, answer) : undefined,
    })
    const arm = ['--arch', 'arm', '--output', 'json']
    const first = await build(project, ...arm, '--var', 'talos_version=v1.12.2')
    const [{ id, installer }] = JSON.parse(first.stdout).snapshots
    isSoldOut = true
    const newer = [...arm, '--var', 'talos_version=v1.13.9']
    expect(await build(project, ...newer)).toMatchObject({ code: 1 })
    const { code, stdout, stderr } = await build(project, ...newer, '--allow-older')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(
      `warning: arm: nothing is in stock, so nothing was built; the older snapshot ${id} (v1.12.2)`,
    )
    const older = { id, version: 'v1.12.2', status: 'older', installer, source: { from: null }, seconds: null }
    expect(JSON.parse(stdout)).toMatchObject({ failed: [], snapshots: [older] })
    // One of another series does not stand in.
    const role = await build(project, 'worker', ...newer, '--allow-older')
    expect(role.code).toBe(1)
    expect(await project.remains()).toEqual([])
  })

  it('with --no-fallback is the end', async () => {
    await using project = await createProject(refuseArm(412, 'resource_unavailable', /"location":"fsn1"/))
    const { code, stderr } = await build(project, '--arch', 'arm', '--no-fallback')
    expect(code).toBe(1)
    expect(stderr).toContain('error: arm: no server for arm is in stock; tried cax11 in fsn1: ')
    expect(await project.remains()).toEqual([])
  })
})
