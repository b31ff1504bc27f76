import { describe, expect, it } from 'vitest'
import { SchematicError, type SchematicProblem } from '../src/errors.ts'
import { parseSchematic } from '../src/parse.ts'
import { EMPTY_SCHEMATIC, extensionPath, type Schematic } from '../src/schema.ts'

function parse(text: string): Schematic {
  return parseSchematic(text, 'schematic.yaml').schematic
}

function problemsOf(text: string): readonly SchematicProblem[] {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof SchematicError) return error.problems
    throw error
  }
  throw new Error(`no problem found in ${JSON.stringify(text)}`)
}

/** `line:column message`, one for each problem. */
function linesOf(text: string): string[] {
  return problemsOf(text).map(({ at, message }) => `${at.line}:${at.column} ${message}`)
}

function hintsOf(text: string): (string | undefined)[] {
  return problemsOf(text).map(({ hint }) => hint)
}

describe('parseSchematic', () => {
  it('reads every field', () => {
    const text = `
owner: alice
overlay:
  image: siderolabs/sbc-raspberrypi
  name: rpi_generic
  options:
    serial: true
    size: 0x10
customization:
  embeddedMachineConfiguration: |
    machine: {}
  extraKernelArgs: [console=ttyS0, 5, yes]
  meta:
    - key: 0xa
      value: "{}"
  systemExtensions:
    officialExtensions:
      - siderolabs/iscsi-tools
  bootloader: SD-boot
  secureboot:
    enrollKeys: force
    includeWellKnownCertificates: on
  diskImage:
    sectorSize: 4096
`
    expect(parse(text)).toEqual({
      owner: 'alice',
      overlay: {
        image: 'siderolabs/sbc-raspberrypi',
        name: 'rpi_generic',
        options: [
          [
            { kind: 'text', text: 'serial' },
            { kind: 'token', text: 'true' },
          ],
          [
            { kind: 'text', text: 'size' },
            { kind: 'token', text: '16' },
          ],
        ],
      },
      customization: {
        embeddedMachineConfiguration: 'machine: {}\n',
        extraKernelArgs: ['console=ttyS0', '5', 'yes'],
        meta: [{ key: 10, value: '{}' }],
        systemExtensions: { officialExtensions: ['siderolabs/iscsi-tools'] },
        bootloader: 'sd-boot',
        secureboot: { enrollKeys: 'force', includeWellKnownCertificates: true },
        diskImage: { sectorSize: 4096 },
      },
    })
  })

  it.each(['', '\n', '# nothing but a comment\n', '\uFEFF'])('refuses %j, which holds no document', (text) => {
    expect(linesOf(text)).toEqual(['1:1 the schematic is empty'])
  })

  it.each(['{}', '---\n', 'null', 'customization:\n', 'overlay: {}'])('takes %j for the empty schematic', (text) => {
    expect(parse(text)).toEqual(EMPTY_SCHEMATIC)
  })

  it('takes every name of the bootloader that means "not set"', () => {
    for (const name of ['none', 'auto', 'None', '', '~']) {
      expect(parse(`customization:\n  bootloader: ${name}\n`)).toEqual(EMPTY_SCHEMATIC)
    }
  })

  it('says where each extension stands, also in flow style and through aliases', () => {
    const { positions } = parseSchematic(
      'customization:\n  extraKernelArgs: &list [a/b]\n  systemExtensions:\n    officialExtensions: [x/y, "c/d"]\n',
      'schematic.yaml',
    )
    expect(positions.get(extensionPath(0))).toEqual({ line: 4, column: 26 })
    expect(positions.get(extensionPath(1))).toEqual({ line: 4, column: 31 })
    expect(positions.get('customization.extraKernelArgs[0]')).toEqual({ line: 2, column: 27 })
  })

  it('counts positions past null items, which are dropped', () => {
    const text = 'customization:\n  systemExtensions:\n    officialExtensions:\n      -\n      - a/b\n'
    const { schematic, positions } = parseSchematic(text, 'schematic.yaml')
    expect(schematic.customization.systemExtensions.officialExtensions).toEqual(['a/b'])
    expect(positions.get(extensionPath(0))).toEqual({ line: 5, column: 9 })
  })

  it('keeps the end of a text that ends with the file', () => {
    const text = 'customization:\n  embeddedMachineConfiguration: |\n    a: 1'
    expect(parse(text).customization.embeddedMachineConfiguration).toBe('a: 1')
    expect(parse(`${text}\n`).customization.embeddedMachineConfiguration).toBe('a: 1\n')
  })
})

describe('problems of a schematic', () => {
  it('are reported all at once, in the order of the file', () => {
    const text = `
customisation: {}
customization:
  extraKernelArgs: quiet
  bootloader: gurb
  meta:
    - key: 256
      value: [a]
      vlaue: x
  diskImage:
    sectorSize: -1
owner: alice
owner: bob
`
    expect(linesOf(text)).toEqual([
      '2:1 unknown field "customisation"',
      '4:20 "customization.extraKernelArgs" must be a list, not a single value',
      '5:15 "customization.bootloader" cannot be "gurb"',
      '7:12 "customization.meta[0].key" must be a whole number from 0 to 255',
      '8:14 "customization.meta[0].value" must be text, not a list',
      '9:7 unknown field "vlaue"',
      '11:17 "customization.diskImage.sectorSize" must be a whole number from 0 to 9007199254740991',
      '13:1 "owner" is given twice',
    ])
  })

  it('have the code, the file and a hint', () => {
    expect(problemsOf('customisation: {}')).toEqual([
      {
        code: 'schematic',
        message: 'unknown field "customisation"',
        at: { kind: 'file', file: 'schematic.yaml', line: 1, column: 1 },
        hint: 'did you mean "customization"?',
      },
    ])
  })

  it.each([
    ['officialExtensions: []', '"officialExtensions" belongs under "customization.systemExtensions"'],
    ['customization: {overlay: {}}', '"overlay" belongs at the top level'],
    ['customization: {systemExtensions: [a]}', 'fields here: officialExtensions'],
    ['customization: {bootloader: zzzzzz}', 'one of none, dual-boot, sd-boot, grub, auto'],
    ['customization: {secureboot: {enrollKeys: forced}}', 'did you mean "force"?'],
    ['customization: {secureboot: {includeWellKnownCertificates: "true"}}', 'remove the quotes'],
    ['customization: {secureboot: {includeWellKnownCertificates: 1}}', 'write true or false'],
    ['customization: {meta: [{key: "5"}]}', 'remove the quotes'],
    ['customization: {extraKernelArgs: [console: tty0]}', 'put a value that contains ": " in quotes'],
    ['customization: {extraKernelArgs: [2024-01-01]}', 'put it in quotes: "2024-01-01"'],
    ['owner: a\nowner: b', 'it stands on line 1 already: keep one of the two'],
    ['owner: @a', 'put the value in quotes'],
    ['customization:\n\tbootloader: grub', 'indent with spaces'],
    ['owner: a: b', 'put a value that contains ": " in quotes, or start it on a line of its own'],
    ['owner: *nope', 'put &nope before the value that is meant'],
  ])('%j is answered with a hint', (text, hint) => {
    expect(hintsOf(text)).toEqual([hint])
  })

  it.each([
    ['- a', '1:1 the schematic must be a mapping, not a list'],
    ['text', '1:1 the schematic must be a mapping, not a single value'],
    ['customization: []', '1:16 "customization" must be a mapping, not a list'],
    ['overlay: {options: text}', '1:20 "overlay.options" must be a mapping, not a single value'],
    ['overlay: {options: {[a]: b}}', '1:21 a name cannot be a list'],
    ['overlay: {options: {2024-01-01: b}}', '1:21 the name of an option must be text, not a date'],
    ['overlay: {options: {a: {b: 1, b: 2}}}', '1:31 "b" is given twice'],
    ['? [a]\n: b', "1:3 a field's name cannot be a list"],
    ['owner: !!int a', '1:14 "a" cannot be a !!int'],
    ['customization: {extraKernelArgs: [!!int a]}', '1:41 "a" cannot be a !!int'],
    ['overlay: {<<: 5}', '1:15 only mappings can be merged with "<<"'],
    ['overlay: {options: {k: &x [*x]}}', '1:28 the value of anchor "x" contains itself'],
    ['{"owner": "\\ud83d\\ude00"}', '1:11 the Image Factory refuses the escape \\ud83d\\ude00'],
    ['{"owner": "a\\/b"}', '1:11 the Image Factory refuses the escape \\/'],
    ['owner: "a\\\n\n  b"', '1:8 an escaped line break cannot stand before an empty line here'],
    ['owner: a\u0007', '1:9 the character U+0007 is not allowed'],
    ['owner: "a\u2028b"', '1:10 the character U+2028 is a line break of its own to the Image Factory'],
    ['owner: a\rb', '1:9 the character U+000D is a line break of its own to the Image Factory'],
    ['owner: a\n---\nowner: b\n', '3:1 a second document starts here'],
  ])('%j: %s', (text, line) => {
    expect(linesOf(text)).toEqual([line])
  })

  it('do not arise from a field that resembles no other: it is kept apart', () => {
    const text = 'zzzzzz: 1\ncustomization:\n  quantum: {a: [yes, 0x1]}\n  extraKernelArgs: [a]\n'
    const { schematic, unknown, text: kept } = parseSchematic(text, 'schematic.yaml')
    expect(schematic.customization.extraKernelArgs).toEqual(['a'])
    expect(kept).toBe(text)
    expect(unknown).toMatchObject([
      { path: 'zzzzzz', at: { line: 1, column: 1 }, value: { kind: 'token', text: '1' } },
      { path: 'customization.quantum', at: { line: 3, column: 3 }, value: { kind: 'map' } },
    ])
  })

  it('name a second document along with what is wrong in the first', () => {
    expect(linesOf('ownr: a\n---\nowner: b\n')).toEqual([
      '1:1 unknown field "ownr"',
      '3:1 a second document starts here',
    ])
  })

  it('do not arise from an empty document at the end', () => {
    expect(parse('owner: a\n---\n').owner).toBe('a')
    expect(parse('owner: a\n...\n# done\n').owner).toBe('a')
  })

  it('name every syntax error', () => {
    const lines = linesOf('owner: a: b\noverlay: @c\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^1:\d+ not valid YAML: /)
    expect(lines[1]).toMatch(/^2:10 not valid YAML: /)
  })

  it.each([
    ['brackets', `owner: ${'['.repeat(50_000)}`],
    ['dashes', '- '.repeat(50_000)],
    ['aliases', toAliasBomb(12)],
  ])('stop %s that would exhaust the memory', (_, text) => {
    expect(linesOf(text).join('\n')).toMatch(/too deeply|too many values/)
  })
})

function toAliasBomb(levels: number): string {
  const lines = ['    l0: &l0 [x, x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level <= levels; level++) {
    const items = Array.from({ length: 10 }, () => `*l${level - 1}`).join(', ')
    lines.push(`    l${level}: &l${level} [${items}]`)
  }
  return ['overlay:', '  options:', ...lines, ''].join('\n')
}
