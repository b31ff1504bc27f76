import { describe, expect, it } from 'vitest'
import type { VariableSources } from '../../../../src/config/load.ts'
import { formatOrigin } from '../../../../src/errors.ts'
import { createDirectory } from '../fixture.ts'

const version = async (text: string, more: Partial<VariableSources> = {}) => {
  await using directory = await createDirectory({ 't.pkr.hcl': text })
  return (await directory.load(more)).talosVersion
}
const problems = async (text: string, more: Partial<VariableSources> = {}) => {
  await using directory = await createDirectory({ 't.pkr.hcl': text })
  return await directory.problems(more)
}

describe('HCL templates', () => {
  it.each([
    ['variable "talos_version" { default = "v1" }', 'v1'],
    ['variable talos_version { default = "v1" }', 'v1'],
    ['variable "talos_version" { default = 1.10 }', '1.1'],
    ['variable "talos_version" {\n  type = number\n  default = "12"\n}', '12'],
    ['variable "talos_version" {\n  type = bool\n  default = true\n}', 'true'],
    [`variable "talos_version" {\n  default = "v\${1}.2"\n}`, 'v1.2'],
    ['variables {\n  other = 1\n  talos_version = "v1"\n}', 'v1'],
    ['variable "talos_version" {\n  default = <<-EOF\n    } "\n    EOF\n}', '} "\n'],
    [`build {\n  sources = ["\${upper("}")}"]\n}\nvariable "talos_version" { default = "v1" }`, 'v1'],
  ])('reads the default in %j', async (text, value) => {
    expect((await version(text)).value).toBe(value)
  })

  it('is not disturbed by what else a variable block may hold', async () => {
    const text = `
variable "talos_version" {
  description = "which } \\" version"
  sensitive   = true
  type        = string
  validation {
    condition     = can(regex("^v", var.talos_version)) && length(var.talos_version) > 2 // }
    error_message = "The version must start with v."
  }
  default = "v1"
}
`
    const { value, origin } = await version(text)
    expect(value).toBe('v1')
    expect(formatOrigin(origin)).toBe('t.pkr.hcl:10:13')
  })

  it('fills in env() in a default, and only there', async () => {
    const text = `variable "talos_version" { default = "v\${ env("MINOR") }.0" }`
    expect((await version(text, { env: { MINOR: '1.2' } })).value).toBe('v1.2.0')
    expect((await version('variable "talos_version" { default = env("V") }', { env: { V: `\${x}` } })).value).toBe(
      `\${x}`,
    )
    expect(await problems('variable "talos_version" { default = env("UNSET") }')).toEqual([
      't.pkr.hcl:1:38: "talos_version" is empty',
    ])
  })

  it.each([
    ['variable "talos_version" { default = var.x }', '1:38: "talos_version": variables may not be used here (var.x)'],
    [
      'variable "talos_version" { default = upper("x") }',
      '1:38: "talos_version": functions may not be called here (upper)',
    ],
    ['variable "talos_version" { type = strnig }', '1:35: not a type: strnig'],
    ['variable "talos_version" { type = "string" }', '1:35: not a type: "string"'],
    [
      'variable "talos_version" {\n  type = number\n  default = "v1"\n}',
      '3:13: the default of "talos_version" is a string, but its type is number',
    ],
    ['variable "talos_version" { default = ["v1"] }', '1:38: "talos_version" must be a string, not a list'],
    ['variable "talos_version" { default = null }', '1:38: "talos_version" is null, but needs a value'],
    ['variable {}', '1:1: a variable block must have exactly one name'],
    ['variable "a" "b" {}', '1:1: a variable block must have exactly one name'],
    ['variable "x" {\n', '1:14: not valid HCL: unclosed configuration block'],
  ])('points at the mistake in %j', async (text, problem) => {
    expect(await problems(text)).toEqual([`t.pkr.hcl:${problem}`])
  })

  it('refuses a name that is declared twice, in whichever files', async () => {
    await using directory = await createDirectory({
      'a.pkr.hcl': 'variable "talos_version" { default = "a" }\n',
      'b.pkr.json': '{"variable": {"talos_version": {"default": "b"}}}',
    })
    expect(await directory.problems()).toEqual(['b.pkr.json:1:15: "talos_version" is declared twice'])
  })

  it('takes an image URL without a default for the default image', async () => {
    await using directory = await createDirectory({ 't.pkr.hcl': 'variable "image_url_arm" { type = string }\n' })
    expect((await directory.load()).imageUrls.arm.value).toBeNull()
  })

  it("holds values to the variable's type", async () => {
    const text = 'variable "talos_version" {\n  type = number\n  default = 1\n}\n'
    expect(await problems(text, { vars: ['talos_version=v1'] })).toEqual([
      '-var talos_version: "talos_version" must be a number, not "v1"',
    ])
    expect((await version(text, { vars: ['talos_version=2'] })).value).toBe('2')
  })
})
