import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { ResultFileFlags } from '../../../src/cli/build-flags.ts'
import { findFileProblems, writeResultFiles } from '../../../src/cli/result-files.ts'
import type { ProjectsPlan } from '../../../src/plan/plan-projects.ts'
import { toResultDocument } from '../../../src/report/result.ts'
import { built, FACTORY, failed, imageAt, result, rolesPlan } from '../report/fixture.ts'
import { tempDir } from '../util/temp-dir.ts'
import { testIo } from './fixture.ts'

const plan = rolesPlan()
const PLANNED: ProjectsPlan = {
  talosVersion: plan.talosVersion,
  images: plan.images.map(({ name }) => name),
  projects: [{ project: undefined, plan }],
  warnings: [],
}
const WHOLE = toResultDocument(result(built(imageAt(plan, 0), 1)), 'v1.12.2', FACTORY)
const PARTIAL = toResultDocument(result(built(imageAt(plan, 0), 1), failed(imageAt(plan, 1))), 'v1.12.2', FACTORY)
const NOTHING = toResultDocument(result(failed(imageAt(plan, 1))), 'v1.12.2', FACTORY)

const ALL: ResultFileFlags = { manifest: 'm.json', tfvars: 't.auto.tfvars.json', packerManifest: 'p.json' }

async function folder(files: Readonly<Record<string, string>> = {}) {
  const dir = await tempDir()
  for (const [name, text] of Object.entries(files)) await writeFile(dir.file(name), text)
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(dir.file(name), 'utf8'))
  return { ...dir, read, io: testIo({ cwd: dir.path }) }
}

describe('before the build', () => {
  test('nothing is written, and nothing is wrong with files that are not there', async () => {
    await using dir = await folder()
    expect(await findFileProblems(dir.io, ALL)).toEqual([])
    expect(await findFileProblems(dir.io, {})).toEqual([])
    expect(await readdir(dir.path)).toEqual([])
  })

  test('an empty path is said to be empty', async () => {
    await using dir = await folder()
    const flags = { manifest: '', report: '', tfvars: '', packerManifest: '' }
    const problems = await findFileProblems(dir.io, flags)
    expect(new Set(problems.map(({ at }) => at?.kind === 'flag' && at.name)).size).toBe(4)
    expect(new Set(problems.map(({ message }) => message))).toEqual(new Set(['the path is empty']))
  })

  test('all that is wrong is said at once, and what is there stays', async () => {
    await using dir = await folder({ 'p.json': '{' })
    await mkdir(dir.file('m.json'))
    expect(await findFileProblems(dir.io, { ...ALL, tfvars: 't.tfvars' })).toMatchObject([
      { at: { name: '--manifest' }, message: 'm.json cannot be written: it is a folder' },
      { at: { name: '--tfvars' }, message: 'Terraform would not read t.tfvars as JSON, which it holds' },
      { at: { name: '--packer-manifest' }, message: 'p.json is not JSON, so nothing can be added to it' },
    ])
    expect(await readFile(dir.file('p.json'), 'utf8')).toBe('{')
  })

  test('two flags may not have the same file, however it is written', async () => {
    await using dir = await folder()
    expect(await findFileProblems(dir.io, { manifest: 'a.json', packerManifest: './b/../a.json' })).toMatchObject([
      { message: './b/../a.json is the file of --manifest, too' },
    ])
  })

  test('one path for several projects is refused where it must hold one', async () => {
    await using dir = await folder()
    expect(await findFileProblems(dir.io, { tfvars: 'out/t.tfvars.json' }, ['a', 'b'])).toEqual([
      {
        code: 'usage',
        message: '2 projects cannot write to the same file, out/t.tfvars.json',
        at: { kind: 'flag', name: '--tfvars' },
        hint: 'put {project} where the name of the project belongs, such as --tfvars {project}/t.tfvars.json',
      },
    ])
    expect(await findFileProblems(dir.io, { tfvars: 'out/t.tfvars.json' }, ['a'])).toEqual([])
    expect(await findFileProblems(dir.io, { tfvars: '{project}.tfvars.json' }, ['a', 'b'])).toEqual([])
  })
})

describe('after the build', () => {
  test('each file has what it is for', async () => {
    await using dir = await folder()
    expect(await writeResultFiles(dir.io, ALL, [WHOLE], PLANNED)).toBe(true)
    expect(await dir.read('m.json')).toEqual(WHOLE)
    expect(await dir.read('t.auto.tfvars.json')).toMatchObject({ talos_image_ids: { control_plane_arm: '1' } })
    expect(await dir.read('p.json')).toMatchObject({ builds: [{ artifact_id: '1' }] })
    expect((await readdir(dir.path)).toSorted()).toEqual(['m.json', 'p.json', 't.auto.tfvars.json'])
  })

  test('of variables that were never written it is said only that they were not', async () => {
    await using dir = await folder()
    expect(await writeResultFiles(dir.io, ALL, [PARTIAL], PLANNED)).toBe(true)
    expect(dir.io.errors.join('')).toContain('t.auto.tfvars.json was not written, since an image is missing.')
  })

  test('the variables stay as they were when an image is missing, and it is said', async () => {
    await using dir = await folder({ 't.auto.tfvars.json': '"old"' })
    expect(await writeResultFiles(dir.io, ALL, [PARTIAL], PLANNED)).toBe(true)
    expect(await dir.read('t.auto.tfvars.json')).toBe('old')
    expect(dir.io.errors.join('')).toContain('was not written, since an image is missing; it stays as it was.')
    expect(await dir.read('m.json')).toEqual(PARTIAL)
    expect(await dir.read('p.json')).toMatchObject({ builds: [{ artifact_id: '1' }] })
  })

  test('a run adds to what Packer has written, and one without a snapshot does not touch it', async () => {
    const theirs = '{"builds":[{"artifact_id":"7"}],"last_run_uuid":"x"}'
    await using dir = await folder({ 'p.json': theirs })
    await writeResultFiles(dir.io, { packerManifest: 'p.json' }, [NOTHING], PLANNED)
    expect(await readFile(dir.file('p.json'), 'utf8')).toBe(theirs)
    await writeResultFiles(dir.io, { packerManifest: 'p.json' }, [WHOLE], PLANNED)
    await writeResultFiles(dir.io, { packerManifest: 'p.json' }, [{ ...WHOLE, run: 'another2' }], PLANNED)
    expect(await dir.read('p.json')).toMatchObject({
      builds: [{ artifact_id: '7' }, { artifact_id: '1' }, { artifact_id: '1' }],
    })
  })

  test('what has become unreadable meanwhile is not overwritten; the others are written', async () => {
    await using dir = await folder({ 'p.json': 'oops' })
    await mkdir(dir.file('m.json'))
    expect(await writeResultFiles(dir.io, ALL, [WHOLE], PLANNED)).toBe(false)
    expect(await readFile(dir.file('p.json'), 'utf8')).toBe('oops')
    expect(await dir.read('t.auto.tfvars.json')).toMatchObject({ talos_version: 'v1.12.2' })
    expect(dir.io.errors.join('')).toMatch(
      /error: --manifest: m\.json[\s\S]*error: --packer-manifest: p\.json is not JSON/,
    )
  })

  test('each project has its own, where its path has a place for the name; a manifest may hold all', async () => {
    await using dir = await folder()
    const results = ['a', 'b'].map((project) => ({ project, ...WHOLE }))
    const flags = { manifest: 'all.json', tfvars: 'out/{project}/{project}.tfvars.json' }
    expect(await writeResultFiles(dir.io, flags, results, PLANNED)).toBe(true)
    expect(await dir.read('all.json')).toEqual({ projects: results })
    expect(await dir.read('out/b/b.tfvars.json')).toMatchObject({ talos_version: 'v1.12.2' })
    expect(await writeResultFiles(dir.io, { manifest: '{project}.json' }, results, PLANNED)).toBe(true)
    expect(await dir.read('a.json')).toEqual(results[0])
  })
})
