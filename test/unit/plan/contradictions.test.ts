import { describe, expect, test } from 'vitest'
import { findContradictions } from '../../../src/plan/contradictions.ts'
import { PLAIN_SERVER } from '../../../src/plan/server-settings.ts'
import { sourced, VAR_FILE } from './fixture.ts'

describe('a URL that contradicts the variables', () => {
  const find = (url: string, architecture: 'arm' | 'x86' = 'arm', version = 'v1.12.2') => {
    const choice = { kind: 'url', url, at: VAR_FILE, variable: `image_url_${architecture}` } as const
    const image = {
      name: architecture,
      architecture,
      role: undefined,
      choice,
      sha256: undefined,
      serverType: sourced('cx23'),
      location: sourced('fsn1'),
      template: undefined,
      server: PLAIN_SERVER,
    }
    return findContradictions([image], version).map(({ message }) => message)
  }

  test.each([
    'https://factory.talos.dev/image/abc/v1.12.2/hcloud-arm64.raw.xz',
    'https://example.com/talos-v1.12.2-arm64.raw.xz',
    'https://example.com/talos-v1.12.2.raw.xz',
    'https://example.com/disk.raw',
    'https://example.com/amd64/disk-arm64.raw',
    'https://example.com/multi-arm64-amd64.raw',
    'https://example.com/v1.2/api/v2/disk.raw',
    'https://example.com/v1.11.0/patched-to-v1.12.2.raw',
    'https://example.com/rev1.13.0/disk.raw',
    'https://example.com/v1.13.0.5/disk.raw',
  ])('%s does not', (url) => {
    expect(find(url)).toEqual([])
  })

  test.each([
    ['https://factory.talos.dev/image/abc/v1.13.0/hcloud-arm64.raw.xz', 'v1.13.0'],
    ['https://example.com/talos-v1.13.0.raw.xz', 'v1.13.0'],
    ['https://example.com/talos-v1.12.22-arm64.raw', 'v1.12.22'],
    ['https://example.com/v1.12.2-beta.1/disk.raw', 'v1.12.2-beta.1'],
    ['https://example.com/disk.raw?version=v1.11.0', 'v1.11.0'],
  ])('%s names another version', (url, version) => {
    expect(find(url)).toEqual([
      `image_url_arm is Talos ${version}, but talos_version, and so the snapshot's label, says v1.12.2`,
    ])
  })

  test('a pre-release is a version of its own', () => {
    expect(find('https://example.com/v1.14.0-beta.1.raw', 'arm', 'v1.14.0-beta.1')).toEqual([])
    expect(find('https://example.com/v1.14.0/disk.raw', 'arm', 'v1.14.0-beta.1')).toHaveLength(1)
  })

  test.each([
    ['https://example.com/hcloud-amd64.raw.xz', 'arm', 'x86'],
    ['https://example.com/hcloud-x86_64.raw.xz', 'arm', 'x86'],
    ['https://example.com/hcloud-arm64.raw.xz', 'x86', 'arm'],
    ['https://example.com/AArch64.raw', 'x86', 'arm'],
  ] as const)('%s is for another architecture than %s', (url, architecture, named) => {
    expect(find(url, architecture)).toEqual([
      `image_url_${architecture} looks like an image for ${named}: it will not boot on ${architecture} servers`,
    ])
  })

  test('can do so twice', () => {
    expect(find('https://example.com/v1.13.0/hcloud-amd64.raw.xz')).toHaveLength(2)
  })
})
