import { parseSchematic } from 'talos-schematic'
import { describe, expect, it } from 'vitest'
import { formatOrigin } from '../../../src/errors.ts'
import { checkExtensions } from '../../../src/plan/extensions.ts'

const OFFERED = ['siderolabs/i915', 'siderolabs/iscsi-tools', 'siderolabs/tailscale', 'siderolabs/util-linux-tools']

function check(...lines: string[]) {
  const items = lines.map((line) => `      - ${line}\n`).join('')
  const text = `customization:\n  systemExtensions:\n    officialExtensions:\n${items}`
  return checkExtensions(parseSchematic(text, 'schematic.yaml'), OFFERED, 'v1.13.9', 'schematic.yaml')
}

describe('checkExtensions', () => {
  it('has nothing to say about extensions that the version offers, even twice', () => {
    expect(check('siderolabs/iscsi-tools', 'siderolabs/tailscale', 'siderolabs/iscsi-tools')).toEqual([])
  })

  it('has nothing to say when there are none', () => {
    expect(checkExtensions(parseSchematic('{}', 'schematic.yaml'), OFFERED, 'v1.13.9', 'schematic.yaml')).toEqual([])
  })

  it('points at every extension that the version lacks', () => {
    const problems = check('siderolabs/iscsi-tool', 'siderolabs/tailscale', 'siderolabs/zzzzzzzzzzzzzzzzzzz')
    expect(problems.map(({ at, message }) => `${formatOrigin(at)} ${message}`)).toEqual([
      'schematic.yaml:4:9 Talos v1.13.9 has no system extension "siderolabs/iscsi-tool"',
      'schematic.yaml:6:9 Talos v1.13.9 has no system extension "siderolabs/zzzzzzzzzzzzzzzzzzz"',
    ])
    expect(problems.map(({ code }) => code)).toEqual(['schematic', 'schematic'])
  })

  it.each([
    ['siderolabs/iscsi-tool', 'did you mean "siderolabs/iscsi-tools"?'],
    ['iscsi-tools', 'did you mean "siderolabs/iscsi-tools"?'],
    ['Siderolabs/Tailscale', 'did you mean "siderolabs/tailscale"?'],
    ['siderolabs/zzzz', 'names are written in full, such as "siderolabs/iscsi-tools"'],
    ['iscsi-tols', 'did you mean "siderolabs/iscsi-tools"?'],
    ['qqqqqq', 'names are written in full, such as "siderolabs/iscsi-tools"'],
  ])('hints at names near %s', (name, hint) => {
    expect(check(name).map((problem) => problem.hint)).toEqual([hint])
  })

  it('takes an old name when the version has the extension under its new one, as the Factory does', () => {
    expect(check('siderolabs/i915-ucode')).toEqual([])
    expect(check('siderolabs/amdgpu-firmware')).toHaveLength(1)
  })
})
