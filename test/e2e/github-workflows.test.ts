/** The example workflows, run job by job and step by step as GitHub would, against an emulated project. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { runWorkflow } from '../support/github-job.ts'
import { createProject } from '../support/project.ts'
import { createWorkspace } from '../support/workspace.ts'

const Matrix = v.object({
  include: v.array(
    v.object({
      name: v.string(),
      architecture: v.string(),
      role: v.string(),
      talosVersion: v.string(),
      args: v.string(),
    }),
  ),
})

describe('nightly.yml', () => {
  it('builds the newest Talos once, finds it the next night, and prunes', async () => {
    await using project = await createProject()
    await using workspace = await createWorkspace()
    const { endpoint, factoryUrl, token, sshPort } = project
    const options = {
      cwd: workspace.root,
      env: { HCLOUD_ENDPOINT: endpoint, TALOS_IMAGE_FACTORY_URL: factoryUrl, TALOS_IMAGE_SSH_PORT: String(sshPort) },
    }
    const night = () => runWorkflow('examples/github/nightly.yml', { secrets: { HCLOUD_TOKEN: token } }, options)
    const [first] = await night()
    expect(first?.steps.map(({ code, outputs: { built } }) => [code, built])).toEqual([
      [0, '2'],
      [0, ''],
    ])
    expect((await project.snapshots()).map(({ labels }) => labels.version)).toEqual(['v1.13.9', 'v1.13.9'])
    const [second] = await night()
    expect(second?.steps.map(({ code, outputs: { built } }) => [code, built])).toEqual([
      [0, '0'],
      [0, ''],
    ])
    expect(await project.snapshots()).toHaveLength(2)
    expect(await project.remains()).toEqual([])
  })

  it('prunes nothing, and fails, when something could not be built', async () => {
    await using project = await createProject()
    await using workspace = await createWorkspace({ '_packer/x.auto.pkrvars.hcl': 'server_location = "atlantis"\n' })
    const { endpoint, factoryUrl, token } = project
    const options = { cwd: workspace.root, env: { HCLOUD_ENDPOINT: endpoint, TALOS_IMAGE_FACTORY_URL: factoryUrl } }
    const [job] = await runWorkflow('examples/github/nightly.yml', { secrets: { HCLOUD_TOKEN: token } }, options)
    expect(job?.steps.map(({ code, outputs }) => [code, outputs['exit-code']])).toEqual([[2, '2']])
  })

  it('tidies up after a job that was cancelled and had no time left', async () => {
    let cancel = (): void => undefined
    await using project = await createProject({
      intercept: ({ path }) => {
        if (path.endsWith('/poweron')) cancel()
        return undefined
      },
    })
    await using workspace = await createWorkspace()
    const { endpoint, factoryUrl, token, sshPort } = project
    let left: string[] = []
    const [job] = await runWorkflow(
      'examples/github/nightly.yml',
      { secrets: { HCLOUD_TOKEN: token } },
      {
        cwd: workspace.root,
        env: { HCLOUD_ENDPOINT: endpoint, TALOS_IMAGE_FACTORY_URL: factoryUrl, TALOS_IMAGE_SSH_PORT: String(sshPort) },
        onStart: (command) => {
          cancel = () => {
            command.kill('SIGINT')
            void command.insist('SIGTERM')
          }
        },
        onEnd: async () => {
          if (left.length === 0) left = await project.remains()
        },
      },
    )
    const [build, cleanup, ...others] = job?.steps ?? []
    expect(build?.stderr).toContain('Leaving at once.')
    expect(left).toContainEqual(expect.stringMatching(/^talos-image-/))
    expect(cleanup?.code, cleanup?.stderr).toBe(0)
    expect(others).toEqual([])
    expect(await project.remains()).toEqual([])
  })
})

describe('matrix.yml', () => {
  it('builds each image in a job of its own, exactly as planned, and then none', async () => {
    await using project = await createProject()
    await using workspace = await createWorkspace()
    const { endpoint, factoryUrl, token, sshPort } = project
    const options = {
      cwd: workspace.root,
      env: { HCLOUD_ENDPOINT: endpoint, TALOS_IMAGE_FACTORY_URL: factoryUrl, TALOS_IMAGE_SSH_PORT: String(sshPort) },
    }
    const contexts = { secrets: { HCLOUD_TOKEN: token }, inputs: { 'talos-version': 'v1.13' } }
    const jobs = await runWorkflow('examples/github/matrix.yml', contexts, options)
    const [plan, merge] = [jobs[0], jobs.at(-1)]
    const builds = jobs.slice(1, -1)
    const { include } = v.parse(Matrix, JSON.parse(plan?.outputs.matrix ?? ''))
    expect(include).toEqual(
      ['control-plane', 'worker'].flatMap((role) =>
        ['arm', 'x86'].map((architecture) => ({
          name: `${architecture} ${role}`,
          architecture,
          role,
          talosVersion: 'v1.13.9',
          args: `${role} --arch=${architecture} --var=talos_version=v1.13.9`,
        })),
      ),
    )
    expect(plan?.outputs.count).toBe('4')
    expect(builds.map(({ matrix }) => matrix.name)).toEqual(include.map(({ name }) => name))
    expect(builds.map(({ steps: [step] }) => Object.keys(JSON.parse(step?.outputs.ids ?? '')))).toEqual(
      include.map(({ name }) => [name]),
    )
    expect(merge?.steps.map(({ code, outputs }) => [code, outputs.built, outputs.failed])).toEqual([[0, '4', '0']])
    expect(merge?.steps[0]?.summary).toContain('Talos v1.13.9: 4 of 4 snapshots')
    const snapshots = await project.snapshots()
    expect(snapshots.map(({ labels }) => `${labels.arch} ${labels.role} ${labels.version}`).toSorted()).toEqual(
      include.map(({ name, talosVersion }) => `${name} ${talosVersion}`).toSorted(),
    )

    const again = await runWorkflow('examples/github/matrix.yml', contexts, options)
    expect(again.map(({ job, outputs }) => [job, outputs.count])).toEqual([['plan', '0']])
    expect(again[0]?.outputs.matrix).toBe('{"include":[]}')
  })
})
