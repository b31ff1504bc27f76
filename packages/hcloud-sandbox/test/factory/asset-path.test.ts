import { expect, test } from 'vitest'
import { formatAssetPath, parseAssetPath } from '../../src/factory/asset-path.ts'

test.each([
  ['hcloud-amd64.raw.xz', { kind: 'disk', architecture: 'x86', compression: 'xz' }],
  ['hcloud-arm64.raw.zst', { kind: 'disk', architecture: 'arm', compression: 'zst' }],
  ['hcloud-amd64.raw.gz', { kind: 'disk', architecture: 'x86', compression: 'gz' }],
  ['hcloud-amd64.raw', { kind: 'disk', architecture: 'x86', compression: 'none' }],
  ['hcloud-amd64.raw.xz.sha256', { kind: 'enterprise' }],
  ['hcloud-amd64.raw.xz.sha512', { kind: 'enterprise' }],
  ['hcloud-amd64.raw.xz.sigstore.json', { kind: 'enterprise' }],
  ['metal-amd64.iso', { kind: 'not-made' }],
  ['hcloud-amd64.qcow2', { kind: 'not-made' }],
  ['metal-arm64.raw.xz', { kind: 'disk', architecture: 'arm', compression: 'xz' }],
  ['hcloud-amd64-secureboot.raw.xz', { kind: 'disk', architecture: 'x86', compression: 'xz' }],
  ['kernel-amd64', { kind: 'not-made' }],
  ['installer-amd64.tar', { kind: 'not-made' }],
  ['hcloud-x86.raw.xz', { kind: 'invalid' }],
  ['hcloud-amd64.raw.bz2', { kind: 'invalid' }],
  ['favicon.ico', { kind: 'invalid' }],
])('%s', (path, expected) => {
  expect(parseAssetPath(path)).toEqual(expected)
})

test('a path is formatted as it is parsed', () => {
  expect(formatAssetPath('arm', 'none')).toBe('hcloud-arm64.raw')
  expect(formatAssetPath('x86', 'zst')).toBe('hcloud-amd64.raw.zst')
})
