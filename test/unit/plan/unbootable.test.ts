import { describe, expect, test } from 'vitest'
import type { SourceChoice } from '../../../src/plan/request.ts'
import { parseSchematic } from '../../../src/plan/schematic-file.ts'
import { PLAIN_SERVER } from '../../../src/plan/server-settings.ts'
import { findUnbootable } from '../../../src/plan/unbootable.ts'
import { sourced, VAR_FILE } from './fixture.ts'

const requestOf = (choice: SourceChoice, architecture: 'arm' | 'x86') => ({
  name: architecture,
  architecture,
  role: undefined,
  choice,
  sha256: undefined,
  serverType: sourced('cx23'),
  location: sourced('fsn1'),
  template: undefined,
  server: PLAIN_SERVER,
})

describe('a URL that names a disk', () => {
  const find = (url: string) => {
    const choice = { kind: 'url', url, at: VAR_FILE, variable: 'image_url_arm' } as const
    return findUnbootable([requestOf(choice, 'arm')], 'v1.12.2').map(({ message }) => message)
  }

  test.each([
    ['https://factory.talos.dev/image/abc/v1.12.2/metal-arm64.raw.xz', ['for the platform metal']],
    [
      'https://github.com/siderolabs/talos/releases/download/v1.12.2/nocloud-arm64.raw.xz',
      ['for the platform nocloud'],
    ],
    ['https://example.com/aws-arm64.raw.xz?token=hcloud-arm64', ['for the platform aws']],
    ['https://factory.talos.dev/image/abc/v1.12.2/hcloud-arm64-secureboot.raw.xz', ['for secure boot']],
    [
      'https://example.com/digital-ocean-arm64-secureboot.raw.gz',
      ['for the platform digital-ocean', 'for secure boot'],
    ],
    ['https://example.com/metal/hcloud-arm64.raw.xz', []],
    ['https://example.com/my-metal-arm64.raw.xz', []],
  ])('%s is a disk that does not work there: %j', (url, words) => {
    const found = find(url)
    expect(found).toHaveLength(words.length)
    for (const [index, word] of words.entries()) expect(found[index]).toContain(word)
  })
})

test('a page of the Factory may describe such a schematic', () => {
  const choice = {
    kind: 'url',
    url: 'https://factory.talos.dev/image/abc/v1.12.2/hcloud-amd64.raw.xz',
    at: VAR_FILE,
    variable: 'image_url_x86',
    schematic: '{"customization": {"bootloader": "sd-boot"}}',
  } as const
  const [warning, ...others] = findUnbootable([requestOf(choice, 'x86')], 'v1.12.2')
  expect(warning?.message).toMatch(/^the page that image_url_x86 names: .* sd-boot is for UEFI alone/)
  expect(warning).toMatchObject({ code: 'schematic', at: VAR_FILE })
  expect(others).toEqual([])
})

describe('a schematic', () => {
  const find = (text: string, architecture: 'arm' | 'x86' = 'x86', version = 'v1.12.2') => {
    const schematic = { file: 'mine.yaml', parsed: parseSchematic(text, 'mine.yaml') }
    return findUnbootable([requestOf({ kind: 'schematic', schematic }, architecture)], version)
  }

  test.each([
    ['customization: {bootloader: sd-boot}', 29, 'sd-boot is for UEFI alone'],
    ['customization: {diskImage: {sectorSize: 4096}}', 41, 'sectors of 4096 bytes'],
    ['customization: {secureboot: {enrollKeys: force}}', 42, 'secure boot, which servers of Hetzner Cloud do not have'],
    ['customization: {secureboot: {includeWellKnownCertificates: true}}', 60, 'secure boot'],
    ['overlay: {image: siderolabs/sbc-raspberrypi, name: rpi_generic}', 18, 'for single-board computers'],
  ])('%j makes a disk that does not boot', (text, column, message) => {
    expect(find(text)).toMatchObject([
      { message: expect.stringContaining(message), at: { file: 'mine.yaml', line: 1, column } },
    ])
  })

  test.each([
    'customization: {}',
    'customization: {bootloader: dual-boot}',
    'customization: {bootloader: grub, diskImage: {sectorSize: 512}}',
    'customization: {embeddedMachineConfiguration: "version: v1alpha1"}',
    'overlay: {image: "", name: ""}',
  ])('%j does not', (text) => expect(find(text)).toEqual([]))

  test('may have sd-boot for ARM servers, which boot with UEFI', () => {
    expect(find('customization: {bootloader: sd-boot}', 'arm')).toEqual([])
  })

  test('may embed a machine configuration from Talos 1.12 on', () => {
    const text = 'customization: {embeddedMachineConfiguration: "version: v1alpha1"}'
    expect(find(text, 'arm', 'v1.12.0-beta.1')).toEqual([])
    expect(find(text, 'arm', 'v1.11.6')).toMatchObject([
      { message: expect.stringContaining('Talos v1.11.6 does not support') },
    ])
  })
})
