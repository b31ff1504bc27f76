import { describe, expect, it } from 'vitest'
import { formatOrigin } from '../../../../src/errors.ts'
import { createDirectory, formatProblem } from '../fixture.ts'

describe('JSON var files', () => {
  it('takes strings as they are, and turns numbers and bools into strings', async () => {
    await using directory = await createDirectory({
      'a.auto.pkrvars.json': `{\n  "//": "a comment",\n  "talos_version": "$\${x} \${var.y} %%{z}",\n  "server_location": 12.50,\n  "server_type_arm": true\n}\n`,
    })
    const { talosVersion, location, serverTypes, warnings } = await directory.load()
    expect(talosVersion.value).toBe(`$\${x} \${var.y} %%{z}`)
    expect(formatOrigin(talosVersion.origin)).toBe('a.auto.pkrvars.json:3:20')
    expect([location.value, serverTypes.arm.value]).toEqual(['12.5', 'true'])
    expect(warnings).toEqual([])
  })

  it('warns of undeclared names', async () => {
    await using directory = await createDirectory({ 'a.auto.pkrvars.json': '{"talos_versio": [1]}' })
    const { warnings } = await directory.load()
    expect(warnings.map(formatProblem)).toEqual([
      'a.auto.pkrvars.json:1:2: "talos_versio" is not a declared variable, so it has no effect',
    ])
  })

  it.each([
    ['{"talos_version": "a", "talos_version": "b"}', '1:24: "talos_version" is set twice'],
    ['[{"talos_version": "a"}]', '1:1: a JSON var file must hold one object'],
    ['{"talos_version": ["a"]}', '1:19: "talos_version" must be a string, not a list'],
    ['{\n  "talos_version": "a"\n  "x": 1\n}', '3:3: not valid JSON: a comma or "}" is expected here'],
    ['{"talos_version": "a"', '1:22: not valid JSON: a comma or "}" is expected here, but the text ends'],
  ])('points at the mistake in %j', async (text, problem) => {
    await using directory = await createDirectory({ 'a.auto.pkrvars.json': text })
    expect(await directory.problems()).toEqual([`a.auto.pkrvars.json:${problem}`])
  })
})

describe('JSON templates', () => {
  it.each([
    ['{"variable": {"talos_version": {"type": "string", "default": "v1", "description": "x"}}}', 'v1'],
    ['{"variable": [{"x": {}}, {"talos_version": [{"default": "v1"}]}]}', 'v1'],
    ['{"variables": {"talos_version": "v1"}}', 'v1'],
    ['{"variables": [{"x": 1}, {"talos_version": 1.50}]}', '1.5'],
    ['{"variable": {"//": "x", "talos_version": {"default": "$${x}"}}}', `\${x}`],
    [`{"variable": {"talos_version": {"default": "v\${env(\\"MINOR\\")}"}}}`, 'v1.2'],
  ])('reads the default in %s', async (text, value) => {
    await using directory = await createDirectory({ 't.pkr.json': text })
    expect((await directory.load({ env: { MINOR: '1.2' } })).talosVersion.value).toBe(value)
  })

  it.each([
    [
      `{"variable": {"talos_version": {"default": "\${var.x}"}}}`,
      '1:44: "talos_version": variables may not be used here (var.x)',
    ],
    ['{"variable": {"talos_version": {"type": ["x"]}}}', '1:41: not a type: list'],
    ['{"variable": }', '1:14: not valid JSON: a value is expected here'],
  ])('points at the mistake in %s', async (text, problem) => {
    await using directory = await createDirectory({ 't.pkr.json': text })
    expect(await directory.problems()).toEqual([`t.pkr.json:${problem}`])
  })

  it('knows the names of all declared variables', async () => {
    await using directory = await createDirectory({
      't.pkr.json': `{"variable": {"cluster": {"default": {}}}, "build": {}}`,
      'a.auto.pkrvars.json': '{"cluster": {"a": 1}}',
    })
    expect((await directory.load()).warnings).toEqual([])
  })
})
