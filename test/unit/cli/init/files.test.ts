import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseSchematic } from 'talos-schematic'
import { describe, expect, test } from 'vitest'
import type { Answers } from '../../../../src/cli/init/answers.ts'
import { FILE_NAMES, openShipped, renderFiles } from '../../../../src/cli/init/files.ts'
import { loadVariables } from '../../../../src/config/load.ts'
import { readSettings } from '../../../../src/config/settings-file.ts'

const SCHEMATICS = FILE_NAMES.filter((name) => name.startsWith('schematic'))
const SHARED = ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools', 'siderolabs/binfmt-misc']
const ANSWERS: Answers = {
  talosVersion: 'v1.13.9',
  extensions: ['siderolabs/gvisor'],
  architectures: ['arm', 'x86'],
  location: 'hel1',
}

async function render(change: Partial<Answers> = {}): Promise<ReadonlyMap<string, string>> {
  const files = await renderFiles({ ...ANSWERS, ...change }, await openShipped())
  return new Map(files.map(({ name, text }) => [name, text]))
}

const extensionsOf = (text = ''): readonly string[] =>
  parseSchematic(text, 'test').schematic.customization.systemExtensions.officialExtensions

test('the package knows the extensions of its schematics', async () => {
  expect((await openShipped()).extensions).toEqual(
    new Map([
      ['schematic.yaml', SHARED],
      ['schematic-control-plane.yaml', [...SHARED, 'siderolabs/tailscale']],
      ['schematic-worker.yaml', SHARED],
    ]),
  )
})

test('all files are rendered, in their order', async () => {
  expect([...(await render()).keys()]).toEqual(FILE_NAMES)
})

test.each([
  [{}, { location: 'hel1' }],
  [{ location: undefined }, { location: 'fsn1' }],
  [{ talosVersion: 'v1.14.0-beta.1', architectures: ['arm'] }, { location: 'hel1' }],
] as const)('the variables of %j can be read', async (change, { location }) => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'talos-image-init-')))
  try {
    for (const [name, text] of await render(change)) await writeFile(join(directory, name), text)
    const read = await loadVariables({ directory, varFiles: [], vars: [], env: {}, cwd: directory })
    const wanted = { ...ANSWERS, ...change }
    expect(read.talosVersion.value).toBe(wanted.talosVersion)
    expect(read.talosVersion.origin).toMatchObject({ file: 'hcloud.auto.pkrvars.hcl' })
    expect(read.location.value).toBe(location)
    expect(read.warnings).toEqual([])
  } finally {
    await rm(directory, { recursive: true })
  }
})

describe('the var file', () => {
  const variables = async (change: Partial<Answers>) => (await render(change)).get('hcloud.auto.pkrvars.hcl') ?? ''

  test('says who wrote it, and no other version', async () => {
    const text = await variables({})
    expect(text).toMatch(/^# Written by `talos-image init`; change what you like\. Every /)
    expect(new Set(text.match(/v\d+\.\d+\.\d+/g))).toEqual(new Set(['v1.13.9']))
  })

  test('leaves out what belongs to an architecture that is not wanted', async () => {
    const text = await variables({ architectures: ['x86'] })
    expect(text).toContain('# server_type_x86 =')
    expect(text).toContain('# image_url_x86 =')
    expect(text).not.toContain('_arm =')
  })
})

describe('the settings file', () => {
  test.each([
    [['arm', 'x86'], undefined],
    [['x86'], ['x86']],
  ] as const)('says which architectures, if not both: %j', async (architectures, said) => {
    const text = (await render({ architectures })).get('talos-image.yaml') ?? ''
    const settings = readSettings({ name: 'talos-image.yaml', text })
    expect(settings).toMatchObject({ items: [], problems: [], schematic: { value: 'schematic.yaml' } })
    expect(settings.architectures).toEqual(said)
  })
})

describe('the schematics', () => {
  test('have the extensions that were chosen', async () => {
    const files = await render()
    for (const name of SCHEMATICS) expect(extensionsOf(files.get(name))).toEqual(['siderolabs/gvisor'])
  })

  test('may have none', async () => {
    const files = await render({ extensions: [] })
    for (const name of SCHEMATICS) expect(extensionsOf(files.get(name))).toEqual([])
  })

  test('stay as they are shipped when nothing else is asked for', async () => {
    const files = await render({ extensions: undefined })
    const { read } = await openShipped()
    for (const name of SCHEMATICS) expect(files.get(name)).toBe(await read(name))
  })
})
