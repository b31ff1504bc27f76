import { describe, expect, it } from 'vitest'
import { formatOrigin } from '../../../../src/errors.ts'
import { createDirectory, formatProblem } from '../fixture.ts'

const read = async (text: string) => {
  await using directory = await createDirectory({ 'a.auto.pkrvars.hcl': text })
  return await directory.load()
}
const problems = async (text: string) => {
  await using directory = await createDirectory({ 'a.auto.pkrvars.hcl': text })
  return await directory.problems()
}

describe('HCL var files', () => {
  it.each([
    ['"plain"', 'plain'],
    ['1.10', '1.1'],
    ['13', '13'],
    ['-5', '-5'],
    ['1 + 2', '3'],
    ['true', 'true'],
    ['"line\\n\\ttab \\"quoted\\" \\\\ \\u00e9 \\U0001F600"', 'line\n\ttab "quoted" \\ é 😀'],
    ['"$${x} %%{y} $ % $$ {"', `\${x} %{y} $ % $$ {`],
    [`"$$\${x}"`, '$${x}'],
    ['"\\u0024{x}"', `\${x}`],
    [`"v\${1}.\${2}"`, 'v1.2'],
    [`"\${"nested"}"`, 'nested'],
    ['"a # b // c /* d */"', 'a # b // c /* d */'],
    ['<<EOF\n  v1 $${x} \\n "\nEOF', `  v1 \${x} \\n "\n`],
    ['<<-EOF\n    one\n      two\n    EOF', 'one\n  two\n'],
  ])('reads %s', async (expression, value) => {
    expect((await read(`talos_version = ${expression}\n`)).talosVersion.value).toBe(value)
  })

  it('reads null, comments, Windows line ends and a byte-order mark', async () => {
    const text = [
      '\uFEFF# é "quote',
      'talos_version = "v1.1.0" # the "last"',
      '// image_url_arm = "x"',
      '/* image_url_arm',
      ' = */ image_url_arm = null /* x */',
      'server_location="nbg1"',
    ].join('\r\n')
    const { talosVersion, imageUrls, location } = await read(text)
    expect([talosVersion.value, imageUrls.arm.value, location.value]).toEqual(['v1.1.0', null, 'nbg1'])
    expect([talosVersion, imageUrls.arm, location].map(({ origin }) => formatOrigin(origin))).toEqual([
      'a.auto.pkrvars.hcl:2:17',
      'a.auto.pkrvars.hcl:5:23',
      'a.auto.pkrvars.hcl:6:17',
    ])
  })

  it('reads an empty file', async () => {
    expect((await read('')).talosVersion.value).toBe('v1.12.2')
  })

  it.each([
    ['var.region', '1:17: "talos_version": variables may not be used here (var.region)'],
    [`"v\${local.x}"`, '1:21: "talos_version": variables may not be used here (local.x)'],
    [`<<EOF\na \${var.x}\nEOF`, '2:5: "talos_version": variables may not be used here (var.x)'],
    ['upper("x")', '1:17: "talos_version": functions may not be called here (upper)'],
    ['env("HOME")', '1:17: "talos_version": functions may not be called here (env)'],
    ['["a", "b"]', '1:17: "talos_version" must be a string, not a list'],
    ['{ a = 1 }', '1:17: "talos_version" must be a string, not an object'],
    ['null', '1:17: "talos_version" is null, but needs a value'],
    ['""', '1:17: "talos_version" is empty'],
  ])('refuses %s', async (expression, problem) => {
    expect(await problems(`talos_version = ${expression}\n`)).toEqual([`a.auto.pkrvars.hcl:${problem}`])
  })

  it.each([
    ['talos_version = "v1.1.0\n', '1:24: not valid HCL: invalid multi-line string'],
    ['talos_version = \n', '1:17: not valid HCL: invalid expression'],
    ["talos_version = 'v1'\n", '1:17: not valid HCL: invalid character'],
    ['talos_version = “v1”\n', '1:17: not valid HCL: invalid character'],
    ['talos_version "v1"\n', '1:19: not valid HCL: invalid block definition'],
    ['é = "é" x\n', '1:9: not valid HCL: missing newline after argument'],
    ['\n\nx {\n', '3:3: not valid HCL: unclosed configuration block'],
    ['talos_version = "a"\ntalos_version = "b"\n', '2:1: not valid HCL: attribute redefined'],
  ])('points at the mistake in %j', async (text, problem) => {
    expect(await problems(text)).toEqual([`a.auto.pkrvars.hcl:${problem}`])
  })

  it('reports every mistake that does not follow from another', async () => {
    expect(await problems('a = 1\na = 2\nb = 1\nb = 2\n')).toEqual([
      'a.auto.pkrvars.hcl:2:1: not valid HCL: attribute redefined',
      'a.auto.pkrvars.hcl:4:1: not valid HCL: attribute redefined',
    ])
  })

  it('says where a value belongs that is written as a block', async () => {
    expect(await problems('variable "talos_version" { default = "x" }\nlocals {}\n')).toEqual([
      'a.auto.pkrvars.hcl:1:1: a var file gives values to variables and holds no "variable" blocks',
      'a.auto.pkrvars.hcl:2:1: a var file gives values to variables and holds no "locals" blocks',
    ])
  })

  it('warns of undeclared names, with near ones, and does not look at their values', async () => {
    const { warnings } = await read('talos_versoin = var.x\nhcloud_token = "secret"\n')
    expect(warnings.map(formatProblem)).toEqual([
      'a.auto.pkrvars.hcl:1:1: "talos_versoin" is not a declared variable, so it has no effect',
      'a.auto.pkrvars.hcl:2:1: "hcloud_token" is not a declared variable, so it has no effect',
    ])
    expect(warnings[0]?.hint).toBe('did you mean "talos_version"?')
    expect(warnings[1]?.hint).toContain('variable "hcloud_token" {}')
  })

  it("takes a template's other variables as they come", async () => {
    await using directory = await createDirectory({
      't.pkr.hcl': 'variable "cluster" { type = list(string) }\nvariables {\n  zone = "X"\n}\n',
      'a.auto.pkrvars.hcl': 'cluster = ["a"]\nzone = "b"\n',
    })
    expect((await directory.load({ vars: ['zone=c'] })).warnings).toEqual([])
  })
})
