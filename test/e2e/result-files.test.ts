/** `build --tfvars` and `build --packer-manifest`: what other programs read. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { expectRefusal } from '../support/refusal.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const TFVARS = 'terraform/talos.auto.tfvars.json'
const PACKER = 'packer-manifest.json'
const PAGE = 'out/report.html'

function builder(project: Project, workspace: Workspace) {
  return {
    build: (...args: string[]): Promise<CommandResult> =>
      runCommand(['build', '--tfvars', TFVARS, '--packer-manifest', PACKER, ...project.sshFlags, ...args], {
        cwd: workspace.root,
        env: project.env,
      }),
    read: (name: string): Promise<string> => readFile(join(workspace.root, name), 'utf8'),
  }
}

describe('the files of a build', () => {
  it('tell of what was built, and the same of what exists', async () => {
    await using workspace = await createWorkspace()
    await using project = await createProject()
    const { build, read } = builder(project, workspace)
    const first = await build()
    expect(first.code, first.stderr).toBe(0)
    const snapshots = await project.snapshots()
    const idOf = (arch: string) => String(snapshots.find(({ labels }) => labels.arch === arch)?.id)
    const variables = await read(TFVARS)
    expect(JSON.parse(variables)).toMatchObject({
      talos_version: 'v1.12.2',
      talos_image_ids: { arm: idOf('arm'), x86: idOf('x86') },
      talos_image_id_x86: idOf('x86'),
      worker_image_selector: 'os=talos,!role,version=v1.12.2',
    })
    project.forget()
    expect((await build()).code).toBe(0)
    expect(project.changes()).toEqual([])
    expect(await read(TFVARS)).toBe(variables)
    const { builds, last_run_uuid: last } = JSON.parse(await read(PACKER))
    expect(builds).toMatchObject([
      { name: 'talos-arm', artifact_id: idOf('arm'), custom_data: { status: 'built' } },
      { name: 'talos-x86', artifact_id: idOf('x86'), custom_data: { status: 'built' } },
      { name: 'talos-arm', artifact_id: idOf('arm'), packer_run_uuid: last, custom_data: { status: 'existing' } },
      { name: 'talos-x86', artifact_id: idOf('x86'), packer_run_uuid: last, custom_data: { status: 'existing' } },
    ])
    expect(builds[0].packer_run_uuid).not.toBe(last)
  })

  it('do not lie when an image failed', async () => {
    const error = { code: 'invalid_input', message: 'not this one', details: null }
    let snapshots = 0
    await using workspace = await createWorkspace({ [TFVARS]: '{"talos_version": "v1.11.1"}\n' })
    await using project = await createProject({
      intercept: ({ path }) =>
        path.endsWith('/create_image') && ++snapshots === 1 ? Response.json({ error }, { status: 422 }) : undefined,
    })
    const { build, read } = builder(project, workspace)
    const { code, stderr } = await build('--report', PAGE)
    expect(code, stderr).toBe(3)
    expect(stderr).toContain(`${TFVARS} was not written, since an image is missing; it stays as it was.`)
    expect(await read(TFVARS)).toBe('{"talos_version": "v1.11.1"}\n')
    expect(JSON.parse(await read(PACKER)).builds).toHaveLength(1)
    const page = await read(PAGE)
    expect(page).toMatch(/<h1>Talos v1\.12\.2<\/h1>.*1 of 2 snapshots/)
    expect(page).toContain('not this one')
    expect(page).toMatch(/<rect class="snapshot failed"/)
  })

  it('have a page also when nothing could be begun, and it is whole', async () => {
    const error = { code: 'token_readonly', message: 'it may only read', details: null }
    await using workspace = await createWorkspace()
    await using project = await createProject({
      machines: 'none',
      intercept: ({ method, path }) =>
        method === 'POST' && path === '/ssh_keys' ? Response.json({ error }, { status: 401 }) : undefined,
    })
    const { build, read } = builder(project, workspace)
    expect((await build('--report', PAGE)).code).toBe(2)
    const page = await read(PAGE)
    expect(page).toContain('0 of 2 snapshots')
    expect(page).toMatch(/nothing was begun[\s\S]*Read &#38; Write[\s\S]*<\/html>\n$/)
  })

  it('are looked at before anything is made', async () => {
    await using workspace = await createWorkspace({ [PACKER]: '{"builds": [' })
    await using project = await createProject({ machines: 'none' })
    const { build, read } = builder(project, workspace)
    expectRefusal(
      await build('--tfvars', 'talos.tfvars'),
      'error: --tfvars: Terraform would not read talos.tfvars as JSON',
      `error: --packer-manifest: ${PACKER} is not JSON, so nothing can be added to it`,
    )
    expect(project.log).toEqual([])
    expect(await read(PACKER)).toBe('{"builds": [')
  })
})
