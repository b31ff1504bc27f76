/** `--output json` of every command, and the manifest, hold what docs/output.md promises. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { allCommands } from '../../src/cli/help.ts'
import { createProgram } from '../../src/cli/program.ts'
import { STEPS } from '../support/build-line.ts'
import { type CommandResult, runCommand } from '../support/command.ts'
import { dataHash } from '../support/data-hash.ts'
import { readFactoryDisk } from '../support/disk-content.ts'
import { DOCUMENTS, type Documented, parseDocument } from '../support/documents.ts'
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

/** What was built before all tests. */
function snapshot() {
  const [only, ...others] = parseDocument('build', built.stdout).snapshots
  if (only === undefined || others.length > 0) throw new Error('there is not one snapshot')
  return only
}

describe('--output json', () => {
  it('of build says what was built, and nothing else stands on standard output', async () => {
    expect(built.code, built.stderr).toBe(0)
    const { timeline } = parseDocument('build', built.stdout)
    expect(timeline.images[0]?.steps.map(({ step }) => step)).toEqual(STEPS)
    expect(timeline.images[0]?.servers).toHaveLength(1)
    const { status, disk, labels, schematic, installer, sourceSha256, source, ...rest } = snapshot()
    expect(rest).toMatchObject({ architecture: 'arm', role: 'worker', version: 'v1.12.2', diskGb: 40, verified: true })
    expect(rest.selector).toBe('os=talos,role=worker,version=v1.12.2')
    const raw = await readFactoryDisk(project.stateDir, schematic ?? '', 'v1.12.2', 'arm64')
    expect(status).toBe('built')
    expect(disk).toEqual({ dataBlake2b: dataHash(raw), bytes: raw.length })
    const asset = await fetch(source.from ?? '')
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
    const { snapshots } = parseDocument('build', (await run('build', 'worker', '--arch', 'arm')).stdout)
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
    const skip = parseDocument('plan', (await run('plan', ...args)).stdout)
    expect(skip.images[0]).toMatchObject({ action: 'skip', existing: { id: snapshot().id }, replaces: [] })
    const replace = parseDocument('plan', (await run('build', '--dry-run', '--force', ...args)).stdout)
    expect(replace.images[0]).toMatchObject({ action: 'build', existing: null, replaces: [{ id: snapshot().id }] })
    expect(replace.images[0]?.placements[0]).toMatchObject({ serverType: 'cax11', location: 'fsn1', diskGb: 40 })
  })

  it('of list is the snapshots', async () => {
    const { snapshots } = parseDocument('list', (await run('list')).stdout)
    expect(snapshots.map(({ id }) => id)).toEqual([snapshot().id])
  })

  it('of cleanup says what there is', async () => {
    const { stdout } = await run('cleanup')
    expect(JSON.parse(stdout)).toEqual({ found: [], removed: [], leftovers: [] })
  })

  it('of cleanup --yes says what was removed', async () => {
    const { stdout } = await run('cleanup', '--yes')
    expect(JSON.parse(stdout)).toEqual({ found: [], removed: [], leftovers: [] })
  })

  it('of schematic id is the ID and the canonical text', async () => {
    const { stdout } = await run('schematic', 'id', '_packer/schematic-worker.yaml')
    const { id, canonical } = parseDocument('schematic id', stdout)
    expect(id).toBe(createHash('sha256').update(canonical).digest('hex'))
    expect(id).toBe(snapshot().schematic)
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
  const SCHEMATIC = '_packer/schematic-worker.yaml'
  const CASES: readonly (readonly [command: Documented, args: () => readonly string[]])[] = [
    ['build', () => ['worker', '--arch', 'arm']],
    ['plan', () => ['worker', '--arch', 'arm']],
    ['merge-results', () => ['out/manifest.json']],
    ['boot-test', () => [String(snapshot().id)]],
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
    ['schematic show', () => [snapshot().schematic ?? '']],
    ['init', () => ['elsewhere', '--yes', '--force']],
  ]

  it('is there for every command with a document', async () => {
    const commands = allCommands(await createProgram(testIo(), () => undefined))
    const names = commands.flatMap(([name, { options }]) =>
      options.some(({ long }) => long === '--output') ? [name] : [],
    )
    expect(names).toEqual(CASES.map(([name]) => `talos-image ${name}`))
    expect(Object.keys(DOCUMENTS)).toEqual(CASES.map(([name]) => name))
  })

  it.each(CASES)('of %s has the value of its JSON, which is what was promised', async (command, args) => {
    const words = [...command.split(' '), ...args()]
    const asJson = await run(...words)
    const asYaml = await runCommand([...words, '--output', 'yaml'], { cwd: workspace.root, env: project.env })
    expect(asYaml.code).toBe(asJson.code)
    // What there is to delete is needed by the others.
    if (command !== 'delete') parseDocument(command, asJson.stdout)
    expect(withoutChance(parseYaml(asYaml.stdout))).toEqual(withoutChance(JSON.parse(asJson.stdout)))
  })

  it('of a mistake in the arguments is the problem', async () => {
    const { code, stdout } = await runCommand(['list', '--sort', 'x', '-o', 'yaml'], { cwd: workspace.root })
    expect(code).toBe(2)
    expect(parseYaml(stdout)).toMatchObject({ error: { problems: [{ code: 'usage' }] } })
  })
})

/** A document without what differs from run to run: the ID of a run, what was counted or measured, and a server that was booted. */
function withoutChance(document: unknown): unknown {
  const replaced = JSON.stringify(document, (key, value) =>
    ['run', 'timeline', 'bootTest'].includes(key) ? 'DIFFERS' : value,
  )
  return JSON.parse(replaced.replaceAll(/\b\d+(\.\d+)? (of|ms|s|seconds?|more|requests?)\b/g, 'N $2'))
}

describe('--output json', () => {
  it('of delete is the snapshots', async () => {
    const { id } = snapshot()
    const { code, stdout } = await run('delete', String(id), '--yes')
    expect(code).toBe(0)
    expect(parseDocument('delete', stdout)).toMatchObject({ deleted: [{ id, role: 'worker' }] })
    expect(await project.snapshots()).toEqual([])
  })
})
