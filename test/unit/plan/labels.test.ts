import { describe, expect, test } from 'vitest'
import type { FactoryAsset } from '../../../src/factory/asset.ts'
import {
  LEASE_LABEL,
  ownLabels,
  publicLabels,
  roleOf,
  schematicIdOf,
  temporaryLabels,
} from '../../../src/plan/labels.ts'

const ID = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
const ASSET: FactoryAsset = { schematicId: ID, talosVersion: 'v1.12.2', architecture: 'x86' }

describe('labels', () => {
  const own = {
    runId: 'abcd2345',
    talosVersion: 'v1.12.2',
    identity: 'e'.repeat(40),
    schematicId: ID,
    sourceSha256: 'f'.repeat(64),
    dataHash: '9'.repeat(128),
  }

  test('that the public relies on', () => {
    const labels = { os: 'talos', arch: 'x86', version: 'v1.12.2', creator: 'hcloud-talos', type: 'infra' }
    expect(publicLabels(ASSET)).toEqual(labels)
    expect(publicLabels({ ...ASSET, role: 'worker' })).toEqual({ ...labels, role: 'worker' })
  })

  test('are such as the cloud takes', () => {
    const all = {
      ...publicLabels({ ...ASSET, role: 'control-plane' }),
      ...ownLabels(own),
      ...temporaryLabels('abcd2345', 1.5e12),
    }
    expect(Object.keys(all)).toHaveLength(14)
    for (const [key, value] of Object.entries(all)) {
      const [name = '', prefix = 'p'] = key.split('/').reverse()
      expect(prefix).toMatch(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/)
      expect(prefix).not.toMatch(/hetzner\.cloud$/)
      for (const part of [name, value]) expect(part).toMatch(/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/)
    }
  })

  test('give the schematic ID back whole, and nothing when a part is missing', () => {
    const labels = ownLabels(own)
    expect(schematicIdOf(labels)).toBe(ID)
    const schematic = Object.keys(labels).filter((key) => key.includes('schematic'))
    expect(schematic).toHaveLength(2)
    for (const key of schematic) expect(schematicIdOf({ ...labels, [key]: '' })).toBeUndefined()
    expect(schematicIdOf({})).toBeUndefined()
    expect(schematicIdOf(ownLabels({ ...own, schematicId: undefined }))).toBeUndefined()
  })

  test('of something temporary say until when, in whole seconds, rounded up', () => {
    expect(temporaryLabels('abcd2345', 1_500_000_000_001)[LEASE_LABEL]).toBe('1500000001')
  })

  test('leave the identity of standard input out', () => {
    expect(Object.keys(ownLabels({ ...own, identity: undefined })).some((key) => key.includes('identity'))).toBe(false)
  })

  test('name a role, whatever it is called', () => {
    expect(roleOf({ role: 'worker' })).toBe('worker')
    expect(roleOf({ role: 'gpu-worker' })).toBe('gpu-worker')
    expect(roleOf({ role: '' })).toBeUndefined()
    expect(roleOf({})).toBeUndefined()
  })
})
