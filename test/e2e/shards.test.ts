/** Shards as processes side by side: the pods of an Indexed Job in one project, and machines that build in several. */

import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { expect, it } from 'vitest'
import { createAnsweringMachines } from '../support/answering-machines.ts'
import { type CommandResult, runCommand } from '../support/command.ts'
import { Run } from '../support/documents.ts'
import { createProject } from '../support/project.ts'
import { createProjects } from '../support/projects.ts'
import { createWorkspace } from '../support/workspace.ts'

const SHARDS = 8
const ROLES = Array.from({ length: 20 }, (_, at) => `role-${String(at + 1).padStart(2, '0')}`)
const IMAGES = ROLES.flatMap((role) => [`arm ${role}`, `x86 ${role}`])
/** What the roles have beside their names. */
const SCHEMATICS = ROLES.map((role, at) => [
  `images/schematic-${role}.yaml`,
  `customization:\n  extraKernelArgs: [role=${at >> 1}]\n`,
])

it('eight shards build 40 images, each once, and their logs come to one result', async () => {
  await using project = await createProject({ machines: createAnsweringMachines(1) })
  await using workspace = await createWorkspace(Object.fromEntries(SCHEMATICS))
  const options = { cwd: workspace.root, env: { ...project.env, TALOS_IMAGE_SSH_PORT: String(project.sshPort) } }
  const pod = async (index: number): Promise<CommandResult> => {
    const env = { ...options.env, TALOS_IMAGE_SHARD_COUNT: String(SHARDS), JOB_COMPLETION_INDEX: String(index) }
    const words = ['build', '--roles', '--directory', 'images', '--output', 'jsonl']
    return await runCommand(words, { ...options, env, timeoutMs: 150_000 })
  }
  /** As `kubectl logs` gives them: both streams of all pods, one after the other. */
  const merge = (pods: readonly CommandResult[], ...flags: string[]): Promise<CommandResult> =>
    runCommand(['merge-results', '-', ...flags], {
      ...options,
      stdin: pods.map(({ stderr, stdout }) => stderr + stdout).join(''),
    })

  const pods = await Promise.all(Array.from({ length: SHARDS - 1 }, (_, index) => pod(index)))
  for (const { code, stderr } of pods) expect(code, stderr).toBe(0)
  const partial = await merge(pods, '--output', 'json', '--tfvars', 'all.tfvars.json')
  expect(partial.code).toBe(3)
  expect(partial.stderr).toContain('shard 8/8: there is no result')
  expect(partial.stderr).toContain('all.tfvars.json was not written')

  pods.push(await pod(SHARDS - 1))
  const whole = await merge(pods, '--output', 'json', '--tfvars', 'all.tfvars.json')
  expect(whole.code, whole.stderr).toBe(0)
  const { snapshots, failed, runs } = v.parse(Run, JSON.parse(whole.stdout))
  expect([failed, runs?.length]).toEqual([[], SHARDS])
  expect(snapshots.map(({ image, status }) => [image, status])).toEqual(IMAGES.map((image) => [image, 'built']))
  expect(await project.snapshots()).toHaveLength(IMAGES.length)
  expect(await project.remains()).toEqual([])

  // Nothing was tried twice, and the project's requests were enough.
  expect(project.attempts().filter((one) => one === 'POST /servers')).toHaveLength(IMAGES.length)
  const requests = project.log.filter(({ server }) => server === 'cloud')
  expect(requests.filter(({ status }) => status === 429)).toEqual([])
  expect(requests.length).toBeLessThan(IMAGES.length * 20)

  // A shard that is run again finds all of its images, and its later result counts.
  pods.push(await pod(0))
  const files = ['--manifest', 'all.json', '--report', 'all.html', '--packer-manifest', 'packer.json']
  const again = await merge(pods, ...files)
  expect(again.code, again.stderr).toBe(0)
  const [manifest = '', page, packer = ''] = await Promise.all(
    ['all.json', 'all.html', 'packer.json'].map((name) => readFile(join(workspace.root, name), 'utf8')),
  )
  expect(v.parse(Run, JSON.parse(manifest)).snapshots).toHaveLength(IMAGES.length)
  expect(page).toContain(`${IMAGES.length} of ${IMAGES.length} snapshots`)
  expect(v.parse(v.object({ builds: v.array(v.unknown()) }), JSON.parse(packer)).builds).toHaveLength(IMAGES.length)
  expect(again.stderr).toMatch(
    /warning: there are several results of arm role-01, .*: run \w+ in standard input counts/s,
  )
  expect(await project.snapshots()).toHaveLength(IMAGES.length)
})

it('shards build their images in every project of a settings file, and a project that fails does so once for each image', async () => {
  await using projects = await createProjects(['prod', 'staging:read-only'], { machines: createAnsweringMachines(1) })
  await using workspace = await createWorkspace({
    '_packer/talos-image.yaml': 'architectures: [x86]\nprojects: [{ name: prod }, { name: staging }]\n',
  })
  const options = { cwd: workspace.root, env: projects.env }
  const shard = (index: number): Promise<CommandResult> =>
    runCommand(['build', '--roles', '--shard', `${index}/3`, '--manifest', `results-${index}.json`], options)
  const [first, second, empty] = await Promise.all([shard(1), shard(2), shard(3)])
  expect([first.code, second.code], first.stderr + second.stderr).toEqual([3, 3])
  expect(empty.code, empty.stderr).toBe(0)
  expect(empty.stderr).toContain('0 of 2 images (shard 3/3) in each of 2 projects')
  expect(empty.stderr).toContain('nothing: there are more shards than images')

  const files = [1, 2, 3].map((index) => `results-${index}.json`)
  // As programs that download results make them.
  await mkdir(join(options.cwd, 'results', '1.json'), { recursive: true })
  await Promise.all(
    files.map((name) => copyFile(join(options.cwd, name), join(options.cwd, 'results', '1.json', name))),
  )
  const inFolders = await runCommand(['merge-results', 'results', '--output', 'json'], options)
  expect(inFolders.code, inFolders.stderr).toBe(3)
  expect(inFolders.stderr).not.toContain('is a directory')
  const { code, stdout, stderr } = await runCommand(
    ['merge-results', ...files, './results-1.json', '--output', 'json'],
    options,
  )
  expect(code, stderr).toBe(3)
  expect(stderr).not.toContain('is there twice')
  const document = v.parse(v.strictObject({ projects: v.array(Run) }), JSON.parse(stdout))
  expect(
    document.projects.map(({ project, snapshots, failed }) => [project, [snapshots, failed].map(imagesOf)]),
  ).toEqual([
    ['prod', [['x86 control-plane', 'x86 worker'], []]],
    ['staging', [[], ['x86 control-plane', 'x86 worker']]],
  ])
  expect(stderr).toContain('error: HCLOUD_TOKEN_STAGING: staging: the token may only read')
  expect(await projects.snapshots('prod')).toHaveLength(2)
  expect(await projects.remains('prod')).toEqual([])
})

const imagesOf = (all: readonly { readonly image: string }[]): string[] => all.map(({ image }) => image)
