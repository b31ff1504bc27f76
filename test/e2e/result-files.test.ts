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
    const { code, stderr } = await build()
    expect(code, stderr).toBe(3)
    expect(stderr).toContain(`${TFVARS} was not written, since an image is missing; it stays as it was.`)
    expect(await read(TFVARS)).toBe('{"talos_version": "v1.11.1"}\n')
    expect(JSON.parse(await read(PACKER)).builds).toHaveLength(1)
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
