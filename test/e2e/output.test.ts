/** `--output json` of every command, and the manifest, hold what docs/output.md promises. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { allCommands } from '../../src/cli/help.ts'
import { createProgram } from '../../src/cli/program.ts'
import { BUILD_STEPS } from '../../src/run/events.ts'
import { Inputs, Timeline } from '../support/build-line.ts'
import { type CommandResult, runCommand } from '../support/command.ts'
import { dataHash } from '../support/data-hash.ts'
import { readFactoryDisk } from '../support/disk-content.ts'
import { createProject, type Project } from '../support/project.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'
import { testIo } from '../unit/cli/fixture.ts'

let project: Project
let workspace: Workspace
let built: CommandResult

const run = (...args: string[]): Promise<CommandResult> =>
  runCommand([...args, '--output', 'json'], { cwd: workspace.root, env: project.env })

beforeAll(async () => {
  workspace = await createWorkspace()
  project = await createProject()
  built = await run('build', 'worker', '--arch', 'arm', '--manifest', 'out/manifest.json', ...project.sshFlags)
})

afterAll(async () => {
  await project.close()
  await workspace[Symbol.asyncDispose]()
})

const Hex = (digits: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${digits}}$`)))
const Labels = v.record(v.string(), v.string())

const SNAPSHOT = {
  id: v.number(),
  description: v.literal('Talos Linux v1.12.2 ARM by hcloud-talos (worker)'),
  labels: Labels,
  architecture: v.literal('arm'),
  role: v.literal('worker'),
  version: v.literal('v1.12.2'),
  created: v.pipe(v.string(), v.isoTimestamp()),
  sizeGb: v.number(),
  diskGb: v.literal(40),
  protected: v.literal(false),
  schematic: Hex(64),
  installer: v.string(),
} as const

const Source = { kind: v.literal('factory'), from: v.pipe(v.string(), v.url()) } as const

const Run = v.strictObject({
  run: v.string(),
  talosVersion: v.literal('v1.12.2'),
  inputs: Inputs,
  snapshots: v.tuple([
    v.strictObject({
      ...SNAPSHOT,
      image: v.literal('arm worker'),
      status: v.picklist(['built', 'existing']),
      selector: v.literal('os=talos,role=worker,version=v1.12.2'),
      source: v.strictObject(Source),
      verified: v.literal(true),
      sourceSha256: v.nullable(Hex(64)),
      hostProof: v.nullable(v.strictObject({ proven: v.boolean(), reason: v.nullable(v.string()) })),
      disk: v.nullable(v.strictObject({ dataBlake2b: Hex(128), bytes: v.number() })),
      seconds: v.nullable(v.number()),
    }),
  ]),
  failed: v.tuple([]),
  leftovers: v.tuple([]),
  timeline: Timeline,
})

const Plan = v.strictObject({
  talosVersion: v.literal('v1.12.2'),
  inputs: Inputs,
  images: v.tuple([
    v.strictObject({
      image: v.literal('arm worker'),
      architecture: v.literal('arm'),
      role: v.literal('worker'),
      action: v.picklist(['build', 'skip']),
      existing: v.nullable(v.number()),
      replaces: v.array(v.number()),
      description: SNAPSHOT.description,
      labels: Labels,
      identity: Hex(40),
      schematic: Hex(64),
      installer: v.string(),
      source: v.strictObject({
        ...Source,
        compression: v.literal('zst'),
        transferBytes: v.number(),
        rawBytes: v.literal(16 << 20),
      }),
      placements: v.array(
        v.strictObject({
          serverType: v.string(),
          location: v.string(),
          diskGb: v.number(),
          pricePerHour: v.number(),
        }),
      ),
      server: v.strictObject({
        image: v.literal('debian-13'),
        labels: v.strictObject({}),
        firewalls: v.tuple([]),
        networks: v.tuple([]),
        ipv4: v.literal(true),
        ipv6: v.literal(false),
        sshOver: v.literal('ipv4'),
        downloadProxy: v.null(),
      }),
      notes: v.array(v.string()),
    }),
  ]),
  cost: v.strictObject({ currency: v.literal('EUR'), build: v.number(), snapshotsPerMonth: v.number() }),
  warnings: v.tuple([]),
})

const parse = <S extends v.GenericSchema>(schema: S, text: string): v.InferOutput<S> =>
  v.parse(schema, JSON.parse(text))

describe('--output json', () => {
  it('of build says what was built, and nothing else stands on standard output', async () => {
    expect(built.code, built.stderr).toBe(0)
    const { snapshots, timeline } = parse(Run, built.stdout)
    expect(timeline.images[0]?.steps.map(({ step }) => step)).toEqual(Object.keys(BUILD_STEPS))
    expect(timeline.images[0]?.servers).toHaveLength(1)
    const { status, disk, labels, schematic, installer, sourceSha256 } = snapshots[0]
    const raw = await readFactoryDisk(project.stateDir, schematic, 'v1.12.2', 'arm64')
    expect(status).toBe('built')
    expect(disk).toEqual({ dataBlake2b: dataHash(raw), bytes: raw.length })
    const asset = await fetch(snapshots[0].source.from)
    const hash = createHash('sha256').update(new Uint8Array(await asset.arrayBuffer()))
    expect(sourceSha256).toBe(hash.digest('hex'))
    expect(labels).toMatchObject({ role: 'worker', 'talos-image/source-sha256': sourceSha256?.slice(0, 32) })
    expect(installer).toBe(`${new URL(project.factoryUrl).host}/hcloud-installer/${schematic}:v1.12.2`)
  })

  it('of build is what --manifest writes, into a folder that it makes', async () => {
    const manifest = await readFile(join(workspace.root, 'out', 'manifest.json'), 'utf8')
    expect(JSON.parse(manifest)).toEqual(JSON.parse(built.stdout))
  })

  it('of build says what existed', async () => {
    const { snapshots } = parse(Run, (await run('build', 'worker', '--arch', 'arm')).stdout)
    expect(snapshots[0]).toMatchObject({
      status: 'existing',
      sourceSha256: null,
      disk: null,
      hostProof: null,
      seconds: null,
    })
  })

  it('of plan and of build --dry-run is the plan', async () => {
    const args = ['worker', '--arch', 'arm']
    const skip = parse(Plan, (await run('plan', ...args)).stdout)
    expect(skip.images[0]).toMatchObject({ action: 'skip', existing: expect.any(Number), replaces: [] })
    const replace = parse(Plan, (await run('build', '--dry-run', '--force', ...args)).stdout)
    expect(replace.images[0]).toMatchObject({ action: 'build', existing: null, replaces: [expect.any(Number)] })
    expect(replace.images[0].placements[0]).toMatchObject({ serverType: 'cax11', location: 'fsn1', diskGb: 40 })
  })

  it('of list is the snapshots', async () => {
    const { stdout } = await run('list')
    const { snapshots } = parse(v.strictObject({ snapshots: v.tuple([v.strictObject(SNAPSHOT)]) }), stdout)
    expect(snapshots[0].id).toBe(parse(Run, built.stdout).snapshots[0].id)
  })

  it('of cleanup says what there is', async () => {
    const { stdout } = await run('cleanup')
    expect(JSON.parse(stdout)).toEqual({ found: [], removed: 0, leftovers: [] })
  })

  it('of cleanup --yes says how many were removed', async () => {
    const { stdout } = await run('cleanup', '--yes')
    expect(JSON.parse(stdout)).toEqual({ found: [], removed: 0, leftovers: [] })
  })

  it('of schematic id is the ID and the canonical text', async () => {
    const { stdout } = await run('schematic', 'id', '_packer/schematic-worker.yaml')
    const { id, canonical } = parse(v.strictObject({ id: Hex(64), canonical: v.string() }), stdout)
    expect(id).toBe(createHash('sha256').update(canonical).digest('hex'))
    expect(id).toBe(parse(Run, built.stdout).snapshots[0].schematic)
  })

  it.each([
    ['a file', ['plan', '--var-file', 'none.hcl'], { code: 'config', at: { kind: 'file' } }],
    ['a flag', ['build', '--ssh-port', '0'], { code: 'usage' }],
    ['a command', ['bild'], { code: 'usage' }],
    ['an argument', ['build', 'Workers'], { code: 'usage' }],
    ['a role', ['build', 'workers'], { code: 'schematic' }],
  ])('of a mistake in %s is the problem', async (_, args, problem) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { problems: [{ message: expect.any(String), ...problem }] } })
    expect(stderr).toMatch(/^error: /)
  })
})

describe('--output yaml', () => {
  const snapshot = () => parse(Run, built.stdout).snapshots[0]
  const SCHEMATIC = '_packer/schematic-worker.yaml'
  const CASES: readonly (readonly [command: string, args: () => readonly string[]])[] = [
    ['build', () => ['worker', '--arch', 'arm']],
    ['plan', () => ['worker', '--arch', 'arm']],
    ['list', () => []],
    ['show', () => [String(snapshot().id)]],
    ['outdated', () => []],
    ['select', () => ['os=talos,role=worker', '--arch', 'arm']],
    ['versions', () => []],
    ['extensions', () => []],
    ['doctor', () => []],
    ['protect', () => [String(snapshot().id)]],
    ['unprotect', () => [String(snapshot().id)]],
    ['delete', () => ['1', '--yes']],
    ['prune', () => ['--keep', '1']],
    ['cleanup', () => []],
    ['schematic id', () => [SCHEMATIC]],
    ['schematic check', () => [SCHEMATIC]],
    ['schematic push', () => [SCHEMATIC]],
    ['schematic show', () => [snapshot().schematic]],
    ['init', () => ['elsewhere', '--yes', '--force']],
  ]

  it('is there for every command with a document', async () => {
    const commands = allCommands(await createProgram(testIo(), () => undefined))
    const names = commands.flatMap(([name, { options }]) =>
      options.some(({ long }) => long === '--output') ? [name] : [],
    )
    expect(names).toEqual(CASES.map(([name]) => `talos-image ${name}`))
  })

  it.each(CASES)('of %s has the value of its JSON', async (command, args) => {
    const words = [...command.split(' '), ...args()]
    const asJson = await run(...words)
    const asYaml = await runCommand([...words, '--output', 'yaml'], { cwd: workspace.root, env: project.env })
    expect(asYaml.code).toBe(asJson.code)
    expect(withoutChance(parseYaml(asYaml.stdout))).toEqual(withoutChance(JSON.parse(asJson.stdout)))
  })

  it('of a mistake in the arguments is the problem', async () => {
    const { code, stdout } = await runCommand(['list', '--sort', 'x', '-o', 'yaml'], { cwd: workspace.root })
    expect(code).toBe(2)
    expect(parseYaml(stdout)).toMatchObject({ error: { problems: [{ code: 'usage' }] } })
  })
})

/** A document without what differs from run to run: the ID of a run, and what was counted or measured. */
function withoutChance(document: unknown): unknown {
  const replaced = JSON.stringify(document, (key, value) => (key === 'run' || key === 'timeline' ? 'DIFFERS' : value))
  return JSON.parse(replaced.replaceAll(/\b\d+(\.\d+)? (of|ms|s|seconds?|more|requests?)\b/g, 'N $2'))
}

describe('--output json', () => {
  it('of delete is the snapshots', async () => {
    const { id } = parse(Run, built.stdout).snapshots[0]
    const { code, stdout } = await run('delete', String(id), '--yes')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ deleted: [{ id, role: 'worker' }] })
    expect(await project.snapshots()).toEqual([])
  })
})
