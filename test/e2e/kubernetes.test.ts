/** The examples for Kubernetes: held against its own schemas, and their containers' commands run with what a pod gives them. */

import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CronJob, Job } from 'kubernetes-models/batch/v1'
import { Namespace } from 'kubernetes-models/v1'
import * as v from 'valibot'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { createAnsweringMachines } from '../support/answering-machines.ts'
import { type CommandResult, ROOT, runCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { createWorkspace } from '../support/workspace.ts'

const FOLDER = join(ROOT, 'examples/kubernetes')
const MODELS = join(ROOT, 'node_modules/kubernetes-models')
const { version } = v.parse(v.object({ version: v.string() }), JSON.parse(await readFile('package.json', 'utf8')))

const text = (name: string): Promise<string> => readFile(join(FOLDER, name), 'utf8')
const read = async (name: string): Promise<unknown> => parse(await text(name))

const Secret = v.strictObject({ secretKeyRef: v.strictObject({ name: v.literal('talos-image'), key: v.string() }) })
/** A pod that has no rights: what the standard "restricted" asks for, which the namespace enforces, and a read-only file system. */
const Pod = v.object({
  spec: v.looseObject({
    restartPolicy: v.literal('Never'),
    automountServiceAccountToken: v.literal(false),
    securityContext: v.object({
      runAsNonRoot: v.literal(true),
      runAsUser: v.pipe(v.number(), v.minValue(1)),
      seccompProfile: v.object({ type: v.literal('RuntimeDefault') }),
    }),
    containers: v.tuple([
      v.looseObject({
        image: v.string(),
        args: v.array(v.string()),
        env: v.array(
          v.union([
            v.strictObject({ name: v.string(), value: v.string() }),
            v.strictObject({ name: v.string(), valueFrom: Secret }),
          ]),
        ),
        securityContext: v.object({
          allowPrivilegeEscalation: v.literal(false),
          readOnlyRootFilesystem: v.literal(true),
          capabilities: v.object({ drop: v.tuple([v.literal('ALL')]) }),
        }),
        resources: v.object({ requests: v.object({ memory: v.string() }), limits: v.object({ memory: v.string() }) }),
      }),
    ]),
  }),
})
const Template = v.object({ spec: v.object({ completions: v.optional(v.number()), template: Pod }) })
const Nightly = v.object({ spec: v.object({ jobTemplate: Template }) })

/** Complains of every key that Kubernetes does not know, which it would leave out without a word. */
async function checkKeys(kind: string, group: string, document: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'talos-image-kubernetes-'))
  try {
    const file = join(folder, 'document.ts')
    await writeFile(
      file,
      `import type { I${kind} } from '${join(MODELS, group, 'index')}'\nexport const it: I${kind} = ${JSON.stringify(document)}\n`,
    )
    const flags = [
      '--noEmit',
      '--ignoreConfig',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2022',
    ]
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), [...flags, file], { encoding: 'utf8', stdio: 'pipe' })
    return ''
  } catch (error) {
    return String(v.parse(v.object({ stdout: v.string() }), error).stdout)
  } finally {
    await rm(folder, { recursive: true })
  }
}

it.each([
  ['namespace.yaml', 'Namespace', 'v1', Namespace],
  ['nightly.yaml', 'CronJob', 'batch/v1', CronJob],
  ['shards.yaml', 'Job', 'batch/v1', Job],
] as const)('%s is of the form that Kubernetes has for a %s, in all of its keys', async (name, kind, group, Model) => {
  const document = v.parse(v.looseObject({ apiVersion: v.literal(group), kind: v.literal(kind) }), await read(name))
  new Model(JSON.parse(JSON.stringify(document))).validate()
  expect(await checkKeys(kind, group, document)).toBe('')
})

it('a wrong value and a key that does not exist would be found', async () => {
  const wrong = parse((await text('shards.yaml')).replace('completions: 8', 'completions: eight'))
  expect(() => new Job(wrong).validate()).toThrow('completions must be integer')
  const unknown = parse((await text('shards.yaml')).replace('readOnlyRootFilesystem', 'readOnlyRootFileSystem'))
  new Job(unknown).validate()
  expect(await checkKeys('Job', 'batch/v1', unknown)).toContain('\'"readOnlyRootFileSystem"\' does not exist')
})

it('the pods of both are the same, but for what they run', async () => {
  const job = v.parse(Template, await read('shards.yaml')).spec
  const night = v.parse(Nightly, await read('nightly.yaml')).spec.jobTemplate.spec
  const [first, second] = [night, job].map(({ template: { spec } }) => {
    const [{ args: _, env: __, ...container }] = spec.containers
    return { ...spec, containers: [container] }
  })
  expect(first).toEqual(second)
  const [{ image, env }] = job.template.spec.containers
  expect(image).toBe(`ghcr.io/OWNER/talos-image:${version}`)
  expect(env[0]).toEqual({ name: 'TALOS_IMAGE_SHARD_COUNT', value: String(job.completions) })
})

/** Files as the kubelet mounts those of a ConfigMap: links to links, which it changes all at once. */
async function mountConfigMap(folder: string): Promise<void> {
  const data = join(folder, '..2026_11_29_03_17_00.1')
  await mkdir(data)
  for (const name of await readdir(folder)) {
    if (name.startsWith('..')) continue
    await rename(join(folder, name), join(data, name))
    await symlink(join('..data', name), join(folder, name))
  }
  await symlink('..2026_11_29_03_17_00.1', join(folder, '..data'))
}

/** Runs what the container runs, with the files of `_packer` in its working directory. */
async function runPod(
  pod: v.InferOutput<typeof Pod>,
  project: Project,
  more: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const [{ args, env }] = pod.spec.containers
  await using workspace = await createWorkspace()
  const cwd = join(workspace.root, '_packer')
  await mountConfigMap(cwd)
  const given = env.map((one) => [one.name, 'value' in one ? one.value : project.env.HCLOUD_TOKEN])
  const { HCLOUD_TOKEN: _, ...endpoints } = project.env
  const all = { ...endpoints, TALOS_IMAGE_SSH_PORT: String(project.sshPort), ...Object.fromEntries(given), ...more }
  return await runCommand(args, { cwd, env: all })
}

it('their commands build, and their logs hold the result', async () => {
  await using project = await createProject({ machines: createAnsweringMachines(1) })
  const nightly = v.parse(Nightly, await read('nightly.yaml')).spec.jobTemplate.spec.template
  const shards = v.parse(Template, await read('shards.yaml')).spec.template
  const [night, first, last] = await Promise.all([
    runPod(nightly, project),
    runPod(shards, project, { JOB_COMPLETION_INDEX: '0' }),
    runPod(shards, project, { JOB_COMPLETION_INDEX: '7' }),
  ])
  for (const { code, stderr } of [night, first, last]) expect(code, stderr).toBe(0)
  const resultOf = ({ stdout }: CommandResult) =>
    v.parse(
      v.object({
        type: v.literal('result'),
        talosVersion: v.string(),
        snapshots: v.array(v.object({ image: v.string() })),
      }),
      JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''),
    )
  expect(resultOf(night)).toMatchObject({ talosVersion: 'v1.13.9', snapshots: [{}, {}, {}, {}] })
  expect(resultOf(first)).toMatchObject({ snapshots: [{ image: 'arm control-plane' }] })
  expect(resultOf(last)).toMatchObject({ snapshots: [] })
  expect(await project.snapshots()).toHaveLength(5)
})
