import { EMPTY_SCHEMATIC, parseSchematic, schematicId } from 'talos-schematic'
import { describe, expect, test } from 'vitest'
import { parseFactoryReference } from '../../../src/factory/reference.ts'

const ID = '5e'.repeat(32)
const idOf = (customization: object) => schematicId(parseSchematic(JSON.stringify({ customization }), 'x').schematic)
const PAGE = 'https://factory.talos.dev/?arch=amd64&platform=hcloud&target=cloud&version=1.11.5'

describe('an installer stands for the disk of its schematic and version', () => {
  test.each([
    [`factory.talos.dev/hcloud-installer/${ID}:v1.11.5`, 'https://factory.talos.dev', ID, undefined],
    [`https://factory.example.com:8443/installer/${ID}:1.11.5`, 'https://factory.example.com:8443', ID, undefined],
    [
      `factory.talos.dev/metal-installer/${ID}:v1.11.5`,
      'https://factory.talos.dev',
      ID,
      'it is for the platform "metal"',
    ],
    [
      `factory.talos.dev/hcloud-installer-secureboot/${ID}:v1.11.5`,
      'https://factory.talos.dev',
      ID,
      'it is for secure boot, which servers at Hetzner do not have',
    ],
    [`factory.talos.dev/installer/${ID}:v1.11.5@sha256:${ID}`, 'https://factory.talos.dev', ID, undefined],
    ['ghcr.io/siderolabs/installer:v1.11.5', 'https://factory.talos.dev', schematicId(EMPTY_SCHEMATIC), undefined],
  ])('%s', (text, host, id, oddity) => {
    const reference = parseFactoryReference(text, 'arm')
    expect(reference?.url).toBe(`${host}/image/${id}/v1.11.5/hcloud-arm64.raw.xz`)
    expect(reference?.oddity).toBe(oddity)
    expect(reference?.schematic).toBeUndefined()
  })
})

describe('a page of the Factory stands for what it describes', () => {
  test.each([
    ['', idOf({}), undefined],
    [
      '&extensions=-&extensions=siderolabs%2Fiscsi-tools&extensions=siderolabs/tailscale',
      idOf({ systemExtensions: { officialExtensions: ['siderolabs/iscsi-tools', 'siderolabs/tailscale'] } }),
      undefined,
    ],
    [
      '&cmdline=-console+console%3Dtty0&cmdline-set=true',
      idOf({ extraKernelArgs: ['-console', 'console=tty0'] }),
      undefined,
    ],
    ['&bootloader=auto&secureboot=true', idOf({}), 'it is for secure boot, which servers at Hetzner do not have'],
  ])('%s', (more, id, oddity) => {
    const reference = parseFactoryReference(`${PAGE}${more}`, 'arm')
    expect(reference).toMatchObject({ url: `https://factory.talos.dev/image/${id}/v1.11.5/hcloud-amd64.raw.xz` })
    expect(reference?.oddity).toBe(oddity)
    expect(idOf(JSON.parse(reference?.schematic ?? '').customization)).toBe(id)
  })

  test('of another platform is odd', () => {
    const oddity = 'it is for the platform "metal"'
    expect(parseFactoryReference('https://f.example/?target=metal&version=1.11.5', 'x86')?.oddity).toBe(oddity)
  })
})

test.each([
  'https://example.com/hcloud-amd64.raw.xz',
  'https://example.com/?version=main',
  'factory.talos.dev/installer/nope:v1.11.5',
  'nonsense',
])('%s is neither', (text) => {
  expect(parseFactoryReference(text, 'x86')).toBeUndefined()
})
