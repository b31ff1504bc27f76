import { describe, expect, it } from 'vitest'
import { loadVariables } from '../../../src/config/load.ts'
import { formatOrigin } from '../../../src/errors.ts'
import { catchProblems, createDirectory, formatProblem } from './fixture.ts'

const TEMPLATE = `variable "talos_version" {
  type    = string
  default = "v1.0.0"
}
variable "image_url_arm" {
  type    = string
  default = null
}
`

describe('loadVariables', () => {
  it('gives the built-in defaults without a directory', async () => {
    const variables = await loadVariables({ directory: undefined, varFiles: [], vars: [], env: {}, cwd: '/' })
    const origin = { kind: 'default' }
    expect(variables).toEqual({
      talosVersion: { value: 'v1.12.2', origin },
      serverTypes: { arm: { value: 'cax11', origin }, x86: { value: 'cx23', origin } },
      location: { value: 'fsn1', origin },
      imageUrls: { arm: { value: null, origin }, x86: { value: null, origin } },
      warnings: [],
    })
  })

  it('takes flags, environment and named var files without a directory', async () => {
    await using directory = await createDirectory({ 'prod.hcl': 'server_location = "hel1"\n' })
    const variables = await directory.load({
      directory: undefined,
      varFiles: ['prod.hcl'],
      vars: ['talos_version=v1.13.9'],
      env: { PKR_VAR_server_type_x86: 'cx33' },
    })
    expect(variables.location).toEqual({
      value: 'hel1',
      origin: { kind: 'file', file: 'prod.hcl', line: 1, column: 19 },
    })
    expect(variables.talosVersion).toEqual({
      value: 'v1.13.9',
      origin: { kind: 'flag', name: '-var talos_version' },
    })
    expect(variables.serverTypes.x86).toEqual({
      value: 'cx33',
      origin: { kind: 'env', name: 'PKR_VAR_server_type_x86' },
    })
  })

  it("takes the template's defaults, and the built-in ones for what it does not declare", async () => {
    await using directory = await createDirectory({ 'talos-hcloud.pkr.hcl': TEMPLATE })
    const variables = await directory.load()
    expect(variables.talosVersion).toEqual({
      value: 'v1.0.0',
      origin: { kind: 'file', file: 'talos-hcloud.pkr.hcl', line: 3, column: 13 },
    })
    expect(variables.imageUrls.arm.value).toBeNull()
    expect(formatOrigin(variables.imageUrls.arm.origin)).toBe('talos-hcloud.pkr.hcl:7:13')
    expect(variables.serverTypes.arm).toEqual({ value: 'cax11', origin: { kind: 'default' } })
  })

  it('reads files that lie elsewhere, and shows their whole path', async () => {
    await using directory = await createDirectory({ '_packer/a.auto.pkrvars.hcl': 'talos_version = "v1.1.0"' })
    const inside = await directory.load({ directory: '_packer' })
    expect(formatOrigin(inside.talosVersion.origin)).toBe('_packer/a.auto.pkrvars.hcl:1:17')
    const outside = await directory.load({ directory: `${directory.path}/_packer`, cwd: '/nowhere' })
    expect(formatOrigin(outside.talosVersion.origin)).toBe(`${directory.path}/_packer/a.auto.pkrvars.hcl:1:17`)
  })

  it('reports everything that is wrong at once, each with a place and a hint', async () => {
    await using directory = await createDirectory({
      't.pkr.hcl': `${TEMPLATE}variable "server_location" {}\n`,
      'a.auto.pkrvars.hcl': 'talos_version = ["v1.1.0"]\nimage_url_arm = ""\n',
      'b.auto.pkrvars.hcl': 'server_type_arm = "cax11\n',
      'c.auto.pkrvars.json': '{"server_type_x86": null,}',
      'd.auto.pkrvars.json': '{"server_type_x86": null}',
    })
    const problems = await catchProblems(
      directory.load({ varFiles: ['missing.hcl', 'vars.txt'], vars: ['talos_version', 'talos_versoin=v1'] }),
    )
    expect(problems.map(formatProblem)).toEqual([
      'vars.txt: the name of the var file "vars.txt" does not tell its format',
      'b.auto.pkrvars.hcl:1:25: not valid HCL: invalid multi-line string',
      'missing.hcl: there is no file "missing.hcl"',
      'c.auto.pkrvars.json:1:25: not valid JSON: a comma may not stand after the last item',
      '-var: -var "talos_version" has no "=" in it',
      '-var talos_versoin: "talos_versoin" is not a declared variable',
      'a.auto.pkrvars.hcl:1:17: "talos_version" must be a string, not a list',
      'd.auto.pkrvars.json:1:21: "server_type_x86" is null, but needs a value',
      't.pkr.hcl:9:1: "server_location" has no value: the template declares it without a default, and nothing sets it',
      'a.auto.pkrvars.hcl:2:17: "image_url_arm" is empty',
    ])
    for (const problem of problems) expect(problem).toMatchObject({ code: 'config', hint: expect.stringMatching(/./) })
  })

  it('points at a syntax mistake in the template, and calls no name undeclared then', async () => {
    await using directory = await createDirectory({
      't.pkr.hcl': 'variable "cluster_name" {\n  default = "x\n}\n',
      'a.auto.pkrvars.hcl': 'cluster_name = "prod"\n',
    })
    expect(await directory.problems({ vars: ['cluster_name=prod'] })).toEqual([
      't.pkr.hcl:2:15: not valid HCL: invalid multi-line string',
    ])
  })

  it('says so when the directory does not exist or is a file', async () => {
    await using directory = await createDirectory({ file: '' })
    expect(await directory.problems({ directory: 'nowhere' })).toEqual([
      'nowhere: the directory "nowhere" does not exist',
    ])
    expect(await directory.problems({ directory: 'file' })).toEqual(['file: the directory "file" is a file'])
  })

  it('warns of a var file that is not read, unless the var files are named', async () => {
    await using directory = await createDirectory({
      'prod.pkrvars.hcl': 'talos_version = "v1.1.0"\n',
      'test.pkrvars.hcl': 'talos_version = "v1.2.0"\n',
    })
    const unnamed = await directory.load()
    expect(unnamed.talosVersion.value).toBe('v1.12.2')
    expect(unnamed.warnings.map((warning) => formatOrigin(warning.at))).toEqual([
      'prod.pkrvars.hcl',
      'test.pkrvars.hcl',
    ])
    const named = await directory.load({ varFiles: ['prod.pkrvars.hcl'] })
    expect(named.talosVersion.value).toBe('v1.1.0')
    expect(named.warnings).toEqual([])
  })

  it.each(['', '  ', '\n'])('refuses the empty value %j where one is needed', async (value) => {
    const env = { PKR_VAR_talos_version: value, PKR_VAR_image_url_x86: value }
    const loading = loadVariables({ directory: undefined, varFiles: [], vars: [], env, cwd: '/' })
    expect((await catchProblems(loading)).map(formatProblem)).toEqual([
      'PKR_VAR_talos_version: "talos_version" is empty',
      'PKR_VAR_image_url_x86: "image_url_x86" is empty',
    ])
  })
})
