/** What goes wrong with `--engine packer`: interrupts, faults while removing, and what is left behind. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxOptions } from 'hcloud-sandbox'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Server } from '../../../src/hetzner/wire.ts'
import { runCommand, startCommand } from '../../support/command.ts'
import { type SpiedPacker, spyOnPacker } from '../../support/packer.ts'
import { missing, named } from '../../support/programs.ts'
import { createProject, type Project } from '../../support/project.ts'
import { createSlowProject } from '../../support/slow-project.ts'
import { createWorkspace, type Workspace } from '../../support/workspace.ts'

const WHY_NOT = missing('packer', 'wget')
const WRITING = /\[arm\] writing the disk/

describe.skipIf(WHY_NOT !== undefined)(named('build --engine packer, when something goes wrong', WHY_NOT), () => {
  let workspace: Workspace
  let packer: SpiedPacker

  beforeEach(async () => {
    workspace = await createWorkspace()
    packer = await spyOnPacker(workspace)
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  const start = (project: Project, ...args: string[]) =>
    startCommand(['build', '--engine', 'packer', '--arch', 'arm', ...project.sshFlags, ...args], {
      cwd: workspace.root,
      env: { ...project.env, ...packer.env },
      timeoutMs: 120_000,
    })
  const run = (project: Project, ...args: string[]) => {
    const command = start(project, ...args)
    return command.result.finally(() => command[Symbol.asyncDispose]())
  }
  const cleanUp = (project: Project, stderr: string) =>
    runCommand(['cleanup', '--run', /\brun ([a-z0-9]{8})\b/.exec(stderr)?.[1] ?? ''], {
      cwd: workspace.root,
      env: project.env,
    })
  /** Answers every deletion of a server in this way, so long as `is` says so. */
  const refusing = (answer: () => Response, is: () => boolean): Partial<SandboxOptions> => ({
    intercept: async ({ method, path }) =>
      method === 'DELETE' && path.startsWith('/servers/') && is() ? answer() : undefined,
  })

  it('tells Packer once to stop at Ctrl-C, and waits until it has cleaned up', async () => {
    await using project = await createSlowProject()
    await using command = start(project)
    await command.waitForStderr(WRITING)
    command.interrupt()
    const { code, stderr } = await command.result
    expect(code, stderr).toBe(130)
    expect(stderr).toContain('Interrupted: arm was not built. Nothing is left behind.')
    // Packer itself has removed them: nothing else was left to remove.
    expect(stderr).not.toContain('Packer has left')
    expect(stderr).not.toContain('disk written')
    expect(await project.remains()).toEqual([])
  })

  it('leaves at once at a second Ctrl-C, with Packer, and prints what stays', async () => {
    let isHeld = true
    const answer = () => Response.json({ error: { code: 'unavailable', message: 'too late' } }, { status: 503 })
    await using project = await createSlowProject({
      intercept: ({ method, path, signal }) =>
        method === 'DELETE' && path.startsWith('/servers/') && isHeld
          ? new Promise((resolve) => signal.addEventListener('abort', () => resolve(answer()), { once: true }))
          : Promise.resolve(undefined),
    })
    await using command = start(project)
    await command.waitForStderr(WRITING)
    command.interrupt()
    await command.waitForStderr(/removing the build server/)
    const { code, stderr } = await command.insist()
    expect(code).toBe(130)
    expect(stderr).toContain('Leaving at once.')
    const { servers } = await project.api(v.object({ servers: v.array(Server) }), 'GET', '/servers')
    expect(servers).toHaveLength(1)
    for (const { id, name } of servers) expect(stderr).toContain(`server ${id} (${name}): hcloud server delete ${id}`)
    const calls = await packer.calls()
    await expect.poll(() => calls.filter(({ pid }) => isAlive(pid))).toEqual([])

    isHeld = false
    expect((await cleanUp(project, stderr)).code).toBe(0)
    expect(await project.remains()).toEqual([])
  })

  it('leaves nothing that `cleanup` does not find, when it is killed', async () => {
    await using project = await createSlowProject()
    await using command = start(project)
    const stderr = await command.waitForStderr(WRITING)
    command.kill('SIGKILL')
    await command.result
    expect(await project.remains()).toHaveLength(2)
    const cleaned = await cleanUp(project, stderr)
    expect(cleaned.code, cleaned.stderr).toBe(0)
    expect(await project.remains()).toEqual([])
    for (const { pid } of await packer.calls()) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  })

  it('removes the server that Packer leaves behind after one fault', async () => {
    await using project = await createProject({
      faults: [{ subject: 'api', method: 'DELETE', path: '/servers/*', effect: 'status', status: 500, times: 1 }],
    })
    const { code, stdout, stderr } = await run(project)
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/Packer has left the server \d+ \(packer-.*\) behind; it is removed now/)
    expect(stdout).toContain('talos_arm')
    expect(await project.snapshots()).toHaveLength(1)
    expect(await project.remains()).toEqual([])
  })

  it('names what cannot be removed, with its own exit code', async () => {
    const answer = () => Response.json({ error: { code: 'forbidden', message: 'not yours' } }, { status: 403 })
    let isRefused = true
    await using project = await createProject(refusing(answer, () => isRefused))
    const { code, stderr } = await run(project, '--timeout', 'remove=2s')
    expect(code, stderr).toBe(4)
    expect(stderr).toMatch(/error: server \d+ \(packer-.*\) could not be removed: .*not yours/)
    expect(stderr).toMatch(/hint: remove it:\n {4}hcloud server delete \d+$/m)
    isRefused = false
    expect((await cleanUp(project, stderr)).code).toBe(0)
    expect(await project.remains()).toEqual([])
  })

  it('does not touch what another Packer has in the same project', async () => {
    await using project = await createProject({
      faults: [{ subject: 'api', method: 'DELETE', path: '/servers/*', effect: 'status', status: 500, times: 1 }],
    })
    const order = { name: 'packer-of-somebody-else', server_type: 'cx23', image: 'debian-13', location: 'fsn1' }
    await project.api(v.unknown(), 'POST', '/servers', { ...order, start_after_create: false })
    const { code, stderr } = await run(project)
    expect(code, stderr).toBe(0)
    expect(stderr).not.toContain('somebody-else')
    expect(await project.remains()).toEqual(['packer-of-somebody-else'])
  })

  it('names what may be left where the template goes past it, and removes nothing of that', async () => {
    await using project = await createProject({
      faults: [{ subject: 'api', method: 'DELETE', path: '/servers/*', effect: 'status', status: 500, times: 1 }],
    })
    const template = join(workspace.root, '_packer', 'talos-hcloud.pkr.hcl')
    const text = await readFile(template, 'utf8')
    const endpoint = `$&\n  endpoint = "${project.endpoint}"`
    await workspace.write('_packer/talos-hcloud.pkr.hcl', text.replaceAll(/^source "hcloud" .*$/gm, endpoint))
    const { code, stderr } = await run(project)
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(
      /server \d+ \(packer-.*\) was created while Packer was running.* remove it: hcloud server delete \d+/,
    )
    expect(await project.snapshots()).toMatchObject([{ labels: { 'talos-image/unread': expect.any(String) } }])
    expect(await project.remains()).toHaveLength(1)
  })

  it('removes the snapshot of a build that failed after it', async () => {
    await using project = await createProject({
      faults: [{ subject: 'action', action: 'create_image', effect: 'fail' }],
    })
    const { code, stderr } = await run(project)
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch(/error: arm: Packer: .*snapshot/i)
    expect(await project.snapshots()).toEqual([])
    expect(await project.remains()).toEqual([])
  })

  it('calls stock by its name', async () => {
    await using project = await createProject({
      faults: [
        {
          subject: 'api',
          method: 'POST',
          path: '/servers',
          effect: 'status',
          status: 412,
          code: 'resource_unavailable',
          message: 'no cax11 here',
        },
      ],
    })
    const { code, stdout, stderr } = await run(project, '--output', 'json')
    expect(code, stderr).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ failed: [{ image: 'arm', error: { code: 'stock' } }] })
    expect(await project.remains()).toEqual([])
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
