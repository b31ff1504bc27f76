import { compare, prerelease } from 'semver'
import { expect, test } from 'vitest'
import { findMissingExtension, listExtensions } from '../../src/factory/extensions.ts'
import { BROKEN_VERSIONS, isAtLeast, lookUpVersion, VERSIONS } from '../../src/factory/versions.ts'

test('the versions are listed oldest first, without the broken ones', () => {
  expect([...VERSIONS].sort(compare)).toEqual(VERSIONS)
  expect(VERSIONS.filter((version) => prerelease(version) === null).at(-1)).toBe('v1.13.9')
  expect(VERSIONS).toContain('v1.12.2')
  expect(VERSIONS).toContain('v1.8.0')
  expect(VERSIONS.at(-1)).toMatch(/^v1\.14\.0-beta/)
  expect(VERSIONS.filter((version) => BROKEN_VERSIONS.includes(version))).toEqual([])
})

test.each([
  ['v1.13.9', { kind: 'known', version: 'v1.13.9' }],
  ['1.13.9', { kind: 'known', version: 'v1.13.9' }],
  ['v1.9.0', { kind: 'known', version: 'v1.9.0' }],
  ['v1.99.0', { kind: 'unknown', version: 'v1.99.0' }],
  ['v1.13', { kind: 'malformed' }],
  ['latest', { kind: 'malformed' }],
])('%s is looked up', (text, expected) => {
  expect(lookUpVersion(text)).toEqual(expected)
})

test.each([
  ['v1.8.0', '1.8.0', true],
  ['v1.8.0-alpha.1', '1.8.0', true],
  ['v1.7.7', '1.8.0', false],
  ['v1.13.0', '1.9.0', true],
])('whether %s is at least %s: %s', (version, least, expected) => {
  expect(isAtLeast(version, least)).toBe(expected)
})

test('newer versions have extensions that older ones lack', () => {
  const names = (version: string) => listExtensions(version).map(({ name }) => name)
  const latest = names('v1.13.9')
  expect(latest.length).toBeGreaterThan(60)
  expect(latest).toEqual([...latest].sort())
  for (const name of [
    'iscsi-tools',
    'util-linux-tools',
    'binfmt-misc',
    'tailscale',
    'qemu-guest-agent',
    'zfs',
    'drbd',
  ]) {
    expect(names('v1.8.0')).toContain(`siderolabs/${name}`)
    expect(latest).toContain(`siderolabs/${name}`)
  }
  expect(latest).toContain('siderolabs/nfsd')
  expect(names('v1.8.0')).not.toContain('siderolabs/nfsd')
  expect(names('v1.8.0')).toContain('siderolabs/i915-ucode')
  expect(latest).not.toContain('siderolabs/i915-ucode')
})

test('an extension is listed with a reference that fits the version', () => {
  expect(listExtensions('v1.13.9').find(({ name }) => name === 'siderolabs/zfs')).toEqual({
    name: 'siderolabs/zfs',
    ref: 'ghcr.io/siderolabs/zfs:2.4.4-v1.13.9',
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    author: 'Sidero Labs',
    description: expect.any(String),
  })
})

test('the first missing extension is found, and old names still count', () => {
  expect(findMissingExtension(['siderolabs/zfs', 'siderolabs/zsf', 'siderolabs/x'], 'v1.13.9')).toBe('siderolabs/zsf')
  expect(findMissingExtension(['siderolabs/usb-modem', 'siderolabs/zfs'], 'v1.13.9')).toBeUndefined()
})
