import { describe, expect, test } from 'vitest'
import { assetUrl, DISK_SUFFIXES, type FactoryAsset } from '../../../src/factory/asset.ts'
import { type IdentityInput, identityOf } from '../../../src/plan/identity.ts'

const ID = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
const ASSET: FactoryAsset = { schematicId: ID, talosVersion: 'v1.12.2', architecture: 'x86' }

const factory = (suffix: (typeof DISK_SUFFIXES)[number], asset = ASSET) =>
  ({ kind: 'factory', url: assetUrl('https://factory.talos.dev', asset, suffix), asset }) as const

const input = (change: Partial<IdentityInput> = {}): IdentityInput => ({
  source: factory('.raw.zst'),
  architecture: 'x86',
  role: undefined,
  talosVersion: 'v1.12.2',
  sha256: undefined,
  ...change,
})

describe('the identity of an image', () => {
  test('is the same whatever its disk is packed with', () => {
    const all = DISK_SUFFIXES.map((suffix) => identityOf(input({ source: factory(suffix) })))
    expect(new Set(all).size).toBe(1)
    expect(all[0]).toMatch(/^[0-9a-f]{40}$/)
  })

  test('is the same for the same file, wherever it lies', () => {
    const file = (path: string) => identityOf(input({ source: { kind: 'file', path, sha256: 'a'.repeat(64) } }))
    expect(file('/a')).toBe(file('/b'))
    const pinned = input({ source: { kind: 'url', url: 'https://a/x' }, sha256: 'a'.repeat(64) })
    expect(identityOf(pinned)).toBe(file('/a'))
  })

  test('changes with everything that decides the content or how it is found', () => {
    const url = { kind: 'url', url: 'https://a/x' } as const
    const inputs = [
      input(),
      input({ source: factory('.raw.zst', { ...ASSET, schematicId: 'b'.repeat(64) }) }),
      input({ source: factory('.raw.zst', { ...ASSET, talosVersion: 'v1.12.3' }) }),
      input({ architecture: 'arm' }),
      input({ role: 'control-plane' }),
      input({ role: 'worker' }),
      input({ talosVersion: 'v1.12.3' }),
      input({ source: url }),
      input({ source: { kind: 'url', url: 'https://a/y' } }),
      input({ source: url, sha256: 'a'.repeat(64) }),
      input({ source: url, sha256: 'c'.repeat(64) }),
      input({ source: { kind: 'file', path: '/a', sha256: 'd'.repeat(64) } }),
    ]
    expect(new Set(inputs.map(identityOf)).size).toBe(inputs.length)
  })

  test('stays as it is from release to release: it stands in the labels of snapshots', () => {
    expect(identityOf(input())).toBe('66a99907830366004dd80f62e453ddfe15f06a9e')
  })

  test('does not exist for standard input', () => {
    expect(identityOf(input({ source: { kind: 'stdin' } }))).toBeUndefined()
    expect(identityOf(input({ source: { kind: 'stdin' }, sha256: 'a'.repeat(64) }))).toBeUndefined()
  })
})
