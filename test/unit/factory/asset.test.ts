import { describe, expect, test } from 'vitest'
import { assetUrl, DISK_SUFFIXES, FACTORY_URL, installerReference, parseAssetUrl } from '../../../src/factory/asset.ts'

const ID = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

describe("the Factory's addresses", () => {
  test('name the architecture as Talos does', () => {
    const asset = { schematicId: ID, talosVersion: 'v1.13.9', architecture: 'arm' } as const
    expect(assetUrl(FACTORY_URL, asset, '.raw.xz')).toBe(
      `https://factory.talos.dev/image/${ID}/v1.13.9/hcloud-arm64.raw.xz`,
    )
    expect(assetUrl(FACTORY_URL, { ...asset, architecture: 'x86' }, '.raw')).toBe(
      `https://factory.talos.dev/image/${ID}/v1.13.9/hcloud-amd64.raw`,
    )
  })

  test.each([FACTORY_URL, 'http://127.0.0.1:8080', 'https://example.com/factory'])(
    'of %s are recognised',
    (factory) => {
      for (const architecture of ['arm', 'x86'] as const) {
        for (const suffix of DISK_SUFFIXES) {
          const asset = { schematicId: ID, talosVersion: 'v1.14.0-beta.1', architecture }
          expect(parseAssetUrl(assetUrl(factory, asset, suffix), factory)).toEqual(asset)
        }
      }
    },
  )

  test.each([
    ['another host', `https://factory.example.com/image/${ID}/v1.13.9/hcloud-amd64.raw.xz`],
    ['a host that begins alike', `https://factory.talos.dev.example.com/image/${ID}/v1.13.9/hcloud-amd64.raw.xz`],
    ['a folder in between', `https://factory.talos.dev/mirror/image/${ID}/v1.13.9/hcloud-amd64.raw.xz`],
    ['another platform', `https://factory.talos.dev/image/${ID}/v1.13.9/metal-amd64.raw.xz`],
    ['secure boot', `https://factory.talos.dev/image/${ID}/v1.13.9/hcloud-amd64-secureboot.raw.xz`],
    ['no disk', `https://factory.talos.dev/image/${ID}/v1.13.9/hcloud-amd64.iso`],
    ['a checksum', `https://factory.talos.dev/image/${ID}/v1.13.9/hcloud-amd64.raw.xz.sha256`],
    ['a short ID', `https://factory.talos.dev/image/${ID.slice(1)}/v1.13.9/hcloud-amd64.raw.xz`],
    ['a query', `https://factory.talos.dev/image/${ID}/v1.13.9/hcloud-amd64.raw.xz?x=1`],
  ])('are not taken for others: %s', (_, url) => {
    expect(parseAssetUrl(url, FACTORY_URL)).toBeUndefined()
  })

  test('name the installer that belongs to an image', () => {
    const asset = { schematicId: ID, talosVersion: 'v1.13.9' }
    expect(installerReference(FACTORY_URL, asset)).toBe(`factory.talos.dev/hcloud-installer/${ID}:v1.13.9`)
    expect(installerReference('http://127.0.0.1:8080', asset)).toBe(`127.0.0.1:8080/hcloud-installer/${ID}:v1.13.9`)
  })
})
