import { describe, expect, it } from 'vitest'
import { createDirectory } from './fixture.ts'

const UNTYPED = 'variable "image_url_arm" {\n  default = null\n}\nvariable "talos_version" { default = "v1" }\n'

describe('-var and PKR_VAR_', () => {
  it.each([`a "b" \${var.x} $\${y}`, 'x=y', 'null', '1.10', 'true', '["a"]', ' v1 '])(
    'takes the raw text %j for a string',
    async (text) => {
      await using directory = await createDirectory({ 't.pkr.hcl': UNTYPED })
      expect((await directory.load({ vars: [`talos_version=${text}`] })).talosVersion.value).toBe(text)
      expect((await directory.load({ env: { PKR_VAR_talos_version: text } })).talosVersion.value).toBe(text)
    },
  )

  it.each([
    ['null', null],
    ['"https://example.com/a"', 'https://example.com/a'],
    ['https://example.com/a', 'https://example.com/a'],
    ['"a" b', '"a" b'],
  ])('reads %s for a variable of no known type', async (text, value) => {
    await using directory = await createDirectory({ 't.pkr.hcl': UNTYPED })
    expect((await directory.load({ vars: [`image_url_arm=${text}`] })).imageUrls.arm.value).toBe(value)
  })

  it.each([
    ['talos_version', '-var: -var "talos_version" has no "=" in it'],
    ['=v1', '-var: -var "=v1" has no name before the "="'],
    ['', '-var: -var "" has no "=" in it'],
    [' talos_version=v1', '-var  talos_version: " talos_version" is not a declared variable'],
    ['talos_version=', '-var talos_version: "talos_version" is empty'],
  ])('refuses -var %j', async (flag, problem) => {
    await using directory = await createDirectory({})
    expect(await directory.problems({ vars: [flag] })).toEqual([problem])
  })

  it('ignores environment variables for names that are not declared', async () => {
    await using directory = await createDirectory({})
    const { warnings } = await directory.load({ env: { PKR_VAR_nope: 'x', talos_version: 'x' } })
    expect(warnings).toEqual([])
  })
})
