import { describe, expect, it } from 'vitest'
import {
  ENGINE_FUNCTION_NAMES,
  fillGoTemplate,
  GoTemplateFailure,
} from '../../../../src/config/template/go-template.ts'

const context = { source: { type: 'hcloud', name: 'talos-arm' }, cwd: '/work', take: () => {} }
const fill = (text: string) => fillGoTemplate(text, context)

describe('what stands between double braces', () => {
  it.each([
    ['plain { text }', 'plain { text }'],
    ['{{build_name}} of {{ build_type }}', 'talos-arm of hcloud'],
    ['{{`a b/c` | clean_resource_name | upper}}', 'A-B-C'],
    ['{{clean_resource_name "2026-11-27T12:00:00Z"}}', '2026-11-27T12-00-00Z'],
    ['{{lower (upper `a`)}}', 'a'],
    ['{{split `a-b-c` `-` 1}}', 'b'],
    ['{{replace `a` `b` 1 `aaa`}} {{replace_all `a` `b` `aaa`}} {{`aa` | replace_all `a` ``}}', 'baa bbb '],
    ['{{"a\\"b\\n"}}', 'a"b\n'],
    ['a {{- /* nothing */ -}} b', 'ab'],
    ['{{pwd}}', '/work'],
    [`{{pwd${' '.repeat(100_000)}}}`, '/work'],
  ])('%s', (text, filled) => {
    expect(fill(text)).toBe(filled)
  })

  it.each([
    ['{{timestamp}}', /^\d{10}$/],
    ['{{isotime}}', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
    ['{{isotime `2006-01-02`}}', /^\d{4}-\d\d-\d\d$/],
    ['{{isotime | clean_resource_name}}', /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/],
    ['{{strftime `%Y%m`}}', /^\d{6}$/],
    ['{{uuid}}', /^[0-9a-f-]{36}$/],
    ['{{packer_version}}', /^\d+\.\d+\.\d+$/],
  ])('%s is of this run', (text, pattern) => {
    expect(fill(text)).toMatch(pattern)
    expect(fill(text)).toBe(fill(text))
  })

  it.each([
    ['{{nope}}', '{{nope}} is not supported', undefined],
    ['{{if true}}x{{end}}', '{{if true}} is not supported', undefined],
    ['{{.Vars}}', '{{.Vars}} is not supported', undefined],
    ['{{split `a` `-` 3}}', '{{split `a` `-` 3}} is not supported', undefined],
    ['{{upper (`a`}}', '{{upper (`a`}} is not supported', undefined],
    ['{{user `x`}}', '{{user `x`}} has no value here', `write \${var.name}`],
    ['{{build `ID`}}', '{{build `ID`}} has no value here', `write \${build.ID} and such, in a provisioner`],
    [
      '{{env `HOME`}}',
      '{{env `HOME`}} has no value here',
      `give a variable the default env("NAME"), and write \${var.name}`,
    ],
  ])('%s is refused', (text, message, hint) => {
    expect(() => fill(text)).toThrow(GoTemplateFailure)
    try {
      fill(text)
    } catch (error) {
      expect(error).toMatchObject({ message, hint })
    }
  })

  it('the functions are those of Packer', () => {
    // Source: template/interpolate/funcs.go of packer-plugin-sdk, less what it refuses for a builder; and that of other clouds.
    expect(ENGINE_FUNCTION_NAMES).toEqual(
      'build_name build_type clean_resource_name isotime lower packer_version pwd replace replace_all split strftime timestamp upper uuid'.split(
        ' ',
      ),
    )
  })
})
