import { expect, test } from 'vitest'
import { formatAssetPath, parseAssetPath } from '../../src/factory/asset-path.ts'

const HCLOUD = { kind: 'disk', platform: 'hcloud', secureBoot: false } as const

test.each([
  ['digital-ocean-amd64.raw', { ...HCLOUD, platform: 'digital-ocean', architecture: 'x86', compression: 'none' }],
  ['hcloud-amd64.raw.xz', { ...HCLOUD, architecture: 'x86', compression: 'xz' }],
  ['hcloud-arm64.raw.zst', { ...HCLOUD, architecture: 'arm', compression: 'zst' }],
  ['hcloud-amd64.raw.gz', { ...HCLOUD, architecture: 'x86', compression: 'gz' }],
  ['hcloud-amd64.raw', { ...HCLOUD, architecture: 'x86', compression: 'none' }],
  ['hcloud-amd64.raw.xz.sha256', { kind: 'enterprise' }],
  ['hcloud-amd64.raw.xz.sha512', { kind: 'enterprise' }],
  ['hcloud-amd64.raw.xz.sigstore.json', { kind: 'enterprise' }],
  ['metal-amd64.iso', { kind: 'not-made' }],
  ['hcloud-amd64.qcow2', { kind: 'not-made' }],
  ['metal-arm64.raw.xz', { ...HCLOUD, platform: 'metal', architecture: 'arm', compression: 'xz' }],
  ['hcloud-amd64-secureboot.raw.xz', { ...HCLOUD, secureBoot: true, architecture: 'x86', compression: 'xz' }],
  ['kernel-amd64', { kind: 'not-made' }],
  ['installer-amd64.tar', { kind: 'not-made' }],
  ['hcloud-x86.raw.xz', { kind: 'invalid' }],
  ['hcloud-amd64.raw.bz2', { kind: 'invalid' }],
  ['favicon.ico', { kind: 'invalid' }],
])('%s', (path, expected) => {
  expect(parseAssetPath(path)).toEqual(expected)
})

test('a path is formatted as it is parsed', () => {
  for (const path of ['hcloud-arm64.raw', 'metal-amd64-secureboot.raw.zst']) {
    const parsed = parseAssetPath(path)
    expect(parsed.kind === 'disk' && formatAssetPath(parsed, parsed.compression)).toBe(path)
  }
})
