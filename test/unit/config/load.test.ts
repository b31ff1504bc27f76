import { describe, expect, it } from 'vitest'
import { loadConfiguration, loadVariables, type VariableSources } from '../../../src/config/load.ts'
import { evaluateTemplate } from '../../../src/config/template/evaluate-template.ts'
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

const SOURCE = `source "hcloud" "talos" {
  token           = var.hcloud_token
  rescue          = "linux64"
  image           = "debian-13"
  location        = "fsn1"
  server_type     = "cx23"
  ssh_username    = "root"
  snapshot_name   = "Talos"
  snapshot_labels = { os = "talos" }
}
build {
  sources = ["source.hcloud.talos"]
  provisioner "shell" {
    inline = ["curl -fsSL https://example.com/v1.12.2/hcloud-amd64.raw.xz | xz -dc | dd of=/dev/sda"]
  }
}
`

describe('a template of its own', () => {
  const load = async (vars: readonly string[], more = '') => {
    const variables = ['arm', 'x86'].map((name) => `variable "image_url_${name}" {\n  default = ""\n}\n`).join('')
    await using directory = await createDirectory({ 'talos.pkr.hcl': `${variables}${SOURCE}${more}` })
    const { path } = directory
    return await loadConfiguration({
      directory: path,
      varFiles: [],
      vars: [...vars],
      env: { HCLOUD_TOKEN: 'a' },
      cwd: path,
    })
  }

  it('may leave a URL empty', async () => {
    const { template, variables } = await load(['hcloud_token=a'], 'variable "hcloud_token" {}\n')
    expect(template).toBeDefined()
    expect(variables.imageUrls.x86.value).toBeNull()
  })

  it('is not left out because of a URL that is none', async () => {
    const { template, oddUrls } = await load(['hcloud_token=a', 'image_url_arm=todo'], 'variable "hcloud_token" {}\n')
    expect(template).toBeUndefined()
    expect(oddUrls.map(({ value, origin }) => [value, formatOrigin(origin)])).toEqual([['todo', '-var image_url_arm']])
  })
})

describe('a variable for the token', () => {
  const load = async (variable: string, more: Partial<VariableSources> = {}, source = SOURCE) => {
    await using directory = await createDirectory({ 'talos.pkr.hcl': `${variable}\n${source}` })
    const { path } = directory
    const { template } = await loadConfiguration({
      directory: path,
      varFiles: [],
      vars: [],
      env: {},
      cwd: path,
      ...more,
    })
    return template === undefined ? [] : evaluateTemplate(template).images.map(({ token }) => token?.value)
  }

  it.each([
    'variable "hcloud_token" {}',
    'variable "hcloud_token" { sensitive = true }',
    'variable "hcloud_token" { default = env("HCLOUD_TOKEN") }',
    'variable "hcloud_token" {\n validation {\n condition = length(var.hcloud_token) == 64\n error_message = "No."\n }\n}',
  ])('stands for that of the run: %s', async (variable) => {
    expect(await load(variable, { env: { HCLOUD_TOKEN: 'of-another-project' } })).toEqual([''])
  })

  it('has its own value when somebody sets one', async () => {
    expect(await load('variable "hcloud_token" {}', { vars: ['hcloud_token=abc'] })).toEqual(['abc'])
  })

  it('needs a value when something else uses it, which is no text for a file', async () => {
    const source = SOURCE.replace('"Talos"', `"Talos \${var.hcloud_token}"`)
    const [problem] = await catchProblems(load('variable "hcloud_token" {}', {}, source))
    expect(problem?.message).toContain('"hcloud_token" has no value')
    expect(problem?.hint).toContain('set PKR_VAR_hcloud_token in the environment')
  })
})

describe('a template under another name', () => {
  const legacy = { 'image.json': '{"builders": [{"type": "hcloud"}]}' }

  it.each([
    [legacy, `image.json: "image.json" is a template in Packer's legacy JSON, which is not read`],
    [
      { 'talos.hcl': SOURCE },
      'talos.hcl: "talos.hcl" is not read: templates are the files that end in .pkr.hcl or .pkr.json',
    ],
  ])('is named: %j', async (files, problem) => {
    await using alone = await createDirectory(files)
    expect(await alone.problems()).toEqual([problem])
    await using beside = await createDirectory({ ...files, 'talos-hcloud.pkr.hcl': TEMPLATE })
    expect((await beside.load()).warnings.map(formatProblem)).toEqual([problem])
  })

  it('is none when it holds something else', async () => {
    await using directory = await createDirectory({ 'package.json': '{}', '.terraform.lock.hcl': 'provider "x" {}' })
    expect((await directory.load()).warnings).toEqual([])
  })
})

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

describe('a template that is named itself', () => {
  const files = {
    't/a.pkr.hcl': SOURCE.replace('var.hcloud_token', '""').replace('"Talos"', `"Talos \${var.name} \${path.root}"`),
    't/variables.pkr.hcl': 'variable "other" {}\n',
    't/x.auto.pkrvars.hcl': 'name = "from a file that Packer does not read either"\n',
  }
  const NAME = 'variable "name" { default = "alone" }\n'

  it('is read alone, and the directory is its own', async () => {
    await using directory = await createDirectory({ ...files, 't/a.pkr.hcl': NAME + files['t/a.pkr.hcl'] })
    const { path } = directory
    const sources = { directory: 't/a.pkr.hcl', varFiles: [], vars: [], env: {}, cwd: path }
    const { variables, template } = await loadConfiguration(sources)
    const images = template === undefined ? [] : evaluateTemplate(template).images
    expect(images.map(({ description }) => description.value)).toEqual([`Talos alone ${path}/t`])
    expect(variables.warnings.map(({ message, hint }) => [message, hint])).toEqual([
      ['"t/x.auto.pkrvars.hcl" is not read: only a.pkr.hcl is', 'give -var-file t/x.auto.pkrvars.hcl'],
    ])
    const given = await loadConfiguration({ ...sources, varFiles: ['t/x.auto.pkrvars.hcl'] })
    expect(given.variables.warnings).toEqual([])
  })

  it.each([
    ['t/missing.pkr.hcl', 't/missing.pkr.hcl: there is no file "t/missing.pkr.hcl"'],
    ['t/x.auto.pkrvars.hcl', 't/x.auto.pkrvars.hcl: the directory "t/x.auto.pkrvars.hcl" is a file'],
    ['t/missing', 't/missing: the directory "t/missing" does not exist'],
  ])('%s is not one', async (name, problem) => {
    await using directory = await createDirectory(files)
    expect(await directory.problems({ directory: name })).toEqual([problem])
  })
})
