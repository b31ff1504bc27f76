import { describe, expect, it } from 'vitest'
import type { VariableSources } from '../../../src/config/load.ts'
import { formatOrigin } from '../../../src/errors.ts'
import { createDirectory } from './fixture.ts'

// All orders here were tried on Packer 1.6.6 with `packer inspect`.

const FILES = {
  't.pkr.hcl': 'variable "talos_version" {\n  type = string\n  default = "template"\n}\n',
  'a.auto.pkrvars.hcl': 'talos_version = "hcl auto a"\n',
  'b.auto.pkrvars.hcl': 'talos_version = "hcl auto b"\n',
  'a.auto.pkrvars.json': '{"talos_version": "json auto a"}',
  'b.auto.pkrvars.json': '{"talos_version": "json auto b"}',
  '0.hcl': 'talos_version = "hcl named 0"\n',
  '1.hcl': 'talos_version = "hcl named 1"\n',
  '0.json': '{"talos_version": "json named 0"}',
  '1.json': '{"talos_version": "json named 1"}',
}

/** Each row names what is there; the last one named wins. */
const WEAKEST_FIRST: readonly [string, readonly (keyof typeof FILES)[], Partial<VariableSources>][] = [
  ['template', ['t.pkr.hcl'], {}],
  ['env', ['t.pkr.hcl'], { env: { PKR_VAR_talos_version: 'env' } }],
  ['hcl auto a', ['a.auto.pkrvars.hcl'], {}],
  ['hcl auto b', ['b.auto.pkrvars.hcl'], {}],
  ['hcl named 1', [], { varFiles: ['0.hcl', '1.hcl'] }],
  ['json auto a', ['a.auto.pkrvars.json'], {}],
  ['json auto b', ['b.auto.pkrvars.json'], {}],
  ['json named 1', [], { varFiles: ['0.json', '1.hcl', '1.json', '0.hcl'] }],
  ['flag', [], { vars: ['talos_version=earlier flag', 'talos_version=flag'] }],
]

describe('precedence', () => {
  it.each(WEAKEST_FIRST.map(([winner], index) => [winner, index] as const))('lets %s win', async (winner, index) => {
    const present = WEAKEST_FIRST.slice(0, index + 1)
    const named = ['0.hcl', '1.hcl', '0.json', '1.json'] as const
    const names = [...present.flatMap(([, files]) => files), ...named]
    await using directory = await createDirectory(Object.fromEntries(names.map((name) => [name, FILES[name]])))
    const sources: Partial<VariableSources> = Object.assign({}, ...present.map(([, , more]) => more))
    expect((await directory.load(sources)).talosVersion.value).toBe(winner)
  })

  it('takes named var files in the order of naming', async () => {
    await using directory = await createDirectory(FILES)
    const sources = { directory: undefined, varFiles: ['1.hcl', '0.hcl'] }
    expect((await directory.load(sources)).talosVersion.value).toBe('hcl named 0')
  })

  it('orders automatic var files by the bytes of their names, hidden ones included', async () => {
    await using directory = await createDirectory({
      'B.auto.pkrvars.hcl': 'talos_version = "B"\nserver_location = "B"\n',
      'a.auto.pkrvars.hcl': 'talos_version = "a"\n',
      '.z.auto.pkrvars.hcl': 'server_location = "z"\nserver_type_arm = "z"\n',
      'sub/c.auto.pkrvars.hcl': 'talos_version = "c"\n',
    })
    const variables = await directory.load()
    expect(variables.talosVersion.value).toBe('a')
    expect(variables.location.value).toBe('B')
    expect(variables.serverTypes.arm.value).toBe('z')
  })

  it('lets a null win over a weaker value', async () => {
    await using directory = await createDirectory({
      'a.auto.pkrvars.hcl': 'image_url_arm = "https://example.com/a.raw.xz"\n',
      'b.auto.pkrvars.json': '{"image_url_arm": null}',
    })
    const { arm } = (await directory.load()).imageUrls
    expect(arm.value).toBeNull()
    expect(formatOrigin(arm.origin)).toBe('b.auto.pkrvars.json:1:19')
  })

  it('refuses a value of a wrong type even where a stronger one overrides it', async () => {
    await using directory = await createDirectory({ 'a.auto.pkrvars.hcl': 'server_location = {}\n' })
    expect(await directory.problems({ vars: ['server_location=nbg1'] })).toEqual([
      'a.auto.pkrvars.hcl:1:19: "server_location" must be a string, not an object',
    ])
  })
})
