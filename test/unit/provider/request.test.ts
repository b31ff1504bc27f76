import { EMPTY_SCHEMATIC, schematicId } from 'talos-schematic'
import { describe, expect, test } from 'vitest'
import { chooseImages } from '../../../src/plan/choose-images.ts'
import { DiagnosticsError } from '../../../src/provider/definition.ts'
import type { SnapshotConfig } from '../../../src/provider/resources/snapshot/attributes.ts'
import { readSnapshotConfig } from '../../../src/provider/resources/snapshot/request.ts'
import { UNKNOWN } from '../../../src/provider/schema.ts'
import { CONFIG, HEX } from './fixture.ts'

/** `path: summary` of all that is wrong. */
async function told(change: Partial<SnapshotConfig>): Promise<readonly string[]> {
  const error: unknown = await readSnapshotConfig({ ...CONFIG, ...change }).catch((thrown: unknown) => thrown)
  if (error instanceof DiagnosticsError)
    return error.diagnostics.map(({ path, summary }) => `${path?.join('.')}: ${summary}`)
  return []
}

describe('what is wrong is found by the reader of requests, at its attribute', () => {
  test.each<[Partial<SnapshotConfig>, string]>([
    [{ architecture: 'amd64' }, 'architecture: "amd64" is not an architecture'],
    [{ talos_version: '' }, 'talos_version: "talos_version" is empty'],
    [{ role: 'My Role' }, 'role: "My Role" cannot be the name of a role'],
    [{ sha256: 'abc' }, 'sha256: sha256: "abc" is not a SHA-256'],
    [{ schematic_id: 'abc' }, 'schematic_id: "abc" is not the ID of a schematic'],
    [{ labels: { os: 'mine' } }, 'labels.os: the label "os" of the snapshot cannot be set'],
    [{ labels: { 'a/b': '-' } }, 'labels.a/b: "-" cannot be the value of the label "a/b"'],
    [{ labels: { a: JSON.parse('null') } }, 'labels.a: the label "a" has no value'],
    [{ description: '' }, 'description: the description is empty, or holds a line break or another control character'],
    [{ schematic: 'customization:\n  systemExtension: {}\n' }, 'schematic: '],
    [{ schematic: { customization: 1 } }, 'schematic: '],
    [
      { schematic: 'customization: {}', schematic_id: HEX },
      'schematic_id: schematic and schematic_id cannot be used together',
    ],
    [{ timeouts: { create: 'soon', update: null } }, 'timeouts.create: "soon" is not a time to wait'],
    [{ timeouts: { create: null, update: 'late' } }, 'timeouts.update: "late" is not a time to wait'],
  ])('%j', async (change, expected) => {
    expect(await told(change)).toEqual([expect.stringContaining(expected)])
  })

  test('a schematic and its own ID are no contradiction', async () => {
    const schematic_id = schematicId(EMPTY_SCHEMATIC)
    expect(await told({ schematic: { customization: {} }, schematic_id })).toEqual([])
    expect(await told({ schematic: 'a: [', schematic_id })).toEqual([expect.stringContaining('schematic: ')])
  })

  test('all at once', async () => {
    expect(await told({ architecture: 'mips', role: '-', labels: { os: 'x' }, schematic: 'a: [' })).toHaveLength(4)
  })

  test('and what is not known yet is not wrong', async () => {
    const open = Object.fromEntries(Object.keys(CONFIG).map((name) => [name, UNKNOWN]))
    expect(await told(open)).toEqual([])
    expect(await told({ ...open, role: '-', labels: { a: UNKNOWN, os: 'x' } })).toHaveLength(2)
  })
})

describe('what is asked for', () => {
  const choice = async (change: Partial<SnapshotConfig>) => {
    const [image] = chooseImages(await readSnapshotConfig({ ...CONFIG, ...change })).images
    return image
  }

  test.each<[string, Partial<SnapshotConfig>, object]>([
    ['nothing: the default schematic', {}, { kind: 'schematic', schematic: undefined }],
    ['a text', { schematic: 'customization: {}\n' }, { kind: 'schematic', schematic: { file: 'schematic' } }],
    [
      'an object',
      { schematic: { customization: {} } },
      { kind: 'schematic', schematic: { file: 'schematic, an object' } },
    ],
    ['an ID', { schematic_id: HEX }, { kind: 'schematic-id', id: HEX }],
    ['a URL', { image_url: 'https://example.com/a.raw.xz' }, { kind: 'url', url: 'https://example.com/a.raw.xz' }],
  ])('%s, for a role, too', async (_, change, expected) => {
    expect(await choice(change)).toMatchObject({ choice: expected, name: 'x86', role: undefined })
    expect(await choice({ ...change, role: 'worker' })).toMatchObject({
      choice: expected,
      name: 'x86 worker',
      role: 'worker',
    })
  })

  test('server type and location are choices only when they are set', async () => {
    expect(await choice({})).toMatchObject({ serverType: { value: 'cx23', origin: { kind: 'default' } } })
    expect(await choice({ server_type: 'cx33', location: 'hel1', architecture: 'x86' })).toMatchObject({
      serverType: { value: 'cx33', origin: { kind: 'flag' } },
      location: { value: 'hel1', origin: { kind: 'flag' } },
    })
  })
})
