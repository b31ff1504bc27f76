import { mkdir, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { PlanFlags } from '../../../src/cli/build-flags.ts'
import { readPlanFlags } from '../../../src/cli/request.ts'
import type { Role } from '../../../src/domain.ts'
import { diskImage } from '../source/fixture.ts'
import { failureOf } from '../util/failure.ts'
import { type TempDir, tempDir } from '../util/temp-dir.ts'
import { testIo } from './fixture.ts'

const HEX = 'a'.repeat(64)
const flags = (change: Partial<PlanFlags> = {}): PlanFlags => ({ fallback: true, ...change })
const pin = (architecture?: 'arm' | 'x86', hex = HEX) => ({ architecture, hex })

/** A folder as users have it: a `_packer` directory with a var file and the schematics of the roles. */
async function home(): Promise<TempDir> {
  const dir = await tempDir()
  await mkdir(dir.file('_packer'))
  await writeFile(dir.file('_packer/hcloud.auto.pkrvars.hcl'), 'talos_version = "v1.11.3"\n')
  for (const role of ['control-plane', 'worker']) {
    await writeFile(dir.file(`_packer/schematic-${role}.yaml`), 'customization: {}\n')
  }
  await writeFile(dir.file('disk.raw'), diskImage())
  return dir
}

const read = (dir: TempDir, change: Partial<PlanFlags> = {}, role?: Role) =>
  readPlanFlags(testIo({ cwd: dir.path }), flags(change), role)
const messages = async (work: Promise<unknown>) => (await failureOf(work)).problems.map(({ message }) => message)

describe('a request', () => {
  test('reads the directory of Packer users', async () => {
    await using dir = await home()
    expect(await read(dir)).toMatchObject({
      architectures: ['arm', 'x86'],
      roles: [undefined],
      schematic: undefined,
      localImage: undefined,
      sha256: {},
      force: false,
      noFallback: false,
      allowBiggerDisk: false,
      variables: { talosVersion: { value: 'v1.11.3' } },
    })
  })

  test('works without any directory', async () => {
    await using dir = await tempDir()
    expect((await read(dir)).variables.talosVersion.origin.kind).toBe('default')
  })

  test('takes flags as they are meant', async () => {
    await using dir = await home()
    const change = { fallback: false, force: true, allowBiggerDisk: true, arch: ['x86' as const], sha256: [pin()] }
    expect(await read(dir, { ...change, var: ['talos_version=v1.12.0'] })).toMatchObject({
      noFallback: true,
      force: true,
      allowBiggerDisk: true,
      architectures: ['x86'],
      sha256: { x86: HEX },
      variables: { talosVersion: { value: 'v1.12.0' } },
    })
  })

  test('reads the schematic of each role that is asked for', async () => {
    await using dir = await home()
    const both = await read(dir, { roles: true })
    expect([...both.roleSchematics.keys()]).toEqual(['control-plane', 'worker'])
    expect(both.roleSchematics.get('worker')?.file).toBe('_packer/schematic-worker.yaml')
    expect([...(await read(dir, {}, 'worker')).roleSchematics.keys()]).toEqual(['worker'])
  })

  test('takes a local image, from a file or from standard input', async () => {
    await using dir = await home()
    const arch = ['arm' as const]
    expect((await read(dir, { imageFile: 'disk.raw', arch })).localImage).toMatchObject({
      kind: 'file',
      path: dir.file('disk.raw'),
    })
    expect((await read(dir, { imageFile: '-', arch })).localImage).toEqual({ kind: 'stdin' })
  })

  test('takes a local image for a role, which then needs no schematic', async () => {
    await using dir = await tempDir()
    await writeFile(dir.file('disk.raw'), diskImage())
    const { roles, localImage } = await read(dir, { imageFile: 'disk.raw', arch: ['arm'] }, 'worker')
    expect(roles).toEqual(['worker'])
    expect(localImage?.kind).toBe('file')
  })
})

describe('flags that cannot be used together', () => {
  test.each<[string, Partial<PlanFlags>, Role | undefined, RegExp]>([
    ['--roles and a role', { roles: true }, 'worker', /asks for one/],
    ['--schematic and a role', { schematic: '_packer/schematic-worker.yaml' }, 'worker', /a role has its own/],
    ['--schematic and --roles', { schematic: '_packer/schematic-worker.yaml', roles: true }, undefined, /a role has/],
    ['--image-file for two architectures', { imageFile: '-' }, undefined, /one architecture/],
    ['--image-file and --roles', { imageFile: '-', arch: ['arm'], roles: true }, undefined, /several/],
    ['a pin for two images', { sha256: [pin()] }, undefined, /which image/],
    ['a pin for two roles', { sha256: [pin('arm')], roles: true }, undefined, /builds several/],
    ['a pin for what is not built', { sha256: [pin('x86')], arch: ['arm'] }, undefined, /x86.*not built/],
    ['two pins for one image', { sha256: [pin('arm'), pin('arm', 'b'.repeat(64))] }, undefined, /twice/],
    ['two pins for the only image', { sha256: [pin(), pin('arm')], arch: ['arm'] }, undefined, /twice/],
  ])('%s', async (_, change, role, message) => {
    await using dir = await home()
    const error = await failureOf(read(dir, change, role))
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(message), hint: expect.any(String) })
    expect(error.problems).toHaveLength(1)
  })

  test('the same architecture twice is one', async () => {
    await using dir = await home()
    expect((await read(dir, { arch: ['arm', 'arm'], sha256: [pin()] })).sha256).toEqual({ arm: HEX })
  })
})

describe('what is wrong with the input', () => {
  test('is said at once', async () => {
    await using dir = await home()
    await writeFile(dir.file('_packer/hcloud.auto.pkrvars.hcl'), 'talos_version = [\n')
    await writeFile(dir.file('_packer/schematic-worker.yaml'), 'customisation: {}\n')
    const change = { imageFile: 'missing.raw', arch: ['arm' as const], factoryUrl: 'nonsense' }
    const io = testIo({ cwd: dir.path, env: {} })
    const said = await messages(readPlanFlags(io, flags(change), undefined))
    expect(said.join('\n')).toMatch(/token/)
    expect(said.join('\n')).toMatch(/"nonsense" is not an http/)
    expect(said.join('\n')).toMatch(/missing\.raw does not exist/)
    expect(said).toHaveLength(4)
    const roles = await failureOf(readPlanFlags(io, flags({ roles: true }), undefined))
    expect(roles.problems.map(({ code }) => code)).toContain('schematic')
  })

  test('of several projects is said with the rest; one without a token is its own matter, if another has one', async () => {
    await using dir = await home()
    const problem = { code: 'config', message: 'from the file' } as const
    const one = { name: 'one', variable: 'ONE' }
    const two = { name: 'two', variable: 'TWO' }
    const tell = (env: Record<string, string>, change: Partial<PlanFlags> = {}, problems = [problem]) =>
      messages(
        readPlanFlags(testIo({ cwd: dir.path, env }), flags(change), undefined, { projects: [one, two], problems }),
      )
    const stdin = { imageFile: '-', arch: ['arm' as const] }
    expect(await tell({ ONE: 'x' }, stdin)).toEqual([
      'from the file',
      'standard input can be read once, and there are several projects',
    ])
    const none = await failureOf(
      readPlanFlags(testIo({ cwd: dir.path, env: {} }), flags(), undefined, { projects: [one, two], problems: [] }),
    )
    expect(none.problems).toMatchObject([{ at: { name: 'ONE' } }, { at: { name: 'TWO' } }])
    expect(await tell({}, { sandbox: true })).toEqual(['from the file'])
  })

  test('names a role without a schematic', async () => {
    await using dir = await tempDir()
    expect(await messages(read(dir, {}, 'gpu-worker'))).toEqual([
      'there is no schematic-gpu-worker.yaml, since there is no directory to read it from',
    ])
    await mkdir(dir.file('_packer'))
    expect(await failureOf(read(dir, {}, 'worker'))).toMatchObject({
      code: 'schematic',
      message: 'does not exist (role worker)',
      at: { file: '_packer/schematic-worker.yaml' },
    })
  })
})
