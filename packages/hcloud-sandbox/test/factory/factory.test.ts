import { describe, expect, test } from 'vitest'
import { BROKEN_VERSIONS, VERSIONS } from '../../src/factory/versions.ts'
import { EMPTY, sha256, testFactory } from './test-factory.ts'

describe('schematics', () => {
  test('YAML and JSON come to the same schematic, which can be read again', async () => {
    await using factory = await testFactory()
    const submitted = await factory.submit(
      'customization:\n  systemExtensions:\n    officialExtensions:\n      - siderolabs/zfs\n',
    )
    expect(submitted.id).toBe(sha256(Buffer.from(submitted.schematic)))

    const json = JSON.stringify({ customization: { systemExtensions: { officialExtensions: ['siderolabs/zfs'] } } })
    expect(await factory.submit(json)).toEqual(submitted)

    const read = await factory.request(`/schematics/${submitted.id}`)
    expect(read.headers.get('Content-Type')).toBe('application/yaml')
    expect(await read.text()).toBe(submitted.schematic)
  })

  test('the empty schematic is always there', async () => {
    await using factory = await testFactory()
    expect(await (await factory.request(`/schematics/${EMPTY}`)).text()).toBe('customization: {}\n')
  })

  test.each(['customisation: {}', 'customization: [', '{"customization": {"systemExtension": {}}}'])(
    '%s is refused as plain text',
    async (body) => {
      await using factory = await testFactory()
      const response = await factory.request('/schematics', { method: 'POST', body })
      expect(response.status).toBe(400)
      expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/)
      expect(await response.text()).toMatch(/^invalid schematic: .+\n$/)
    },
  )

  test.each(['0'.repeat(64), '..%2F..%2Fsecret', 'x'])('an unknown ID is not found: %s', async (id) => {
    await using factory = await testFactory()
    expect((await factory.request(`/schematics/${id}`)).status).toBe(404)
    expect((await factory.request(`/image/${id}/v1.13.9/hcloud-amd64.raw`)).status).toBe(404)
  })
})

describe('look-ups', () => {
  test('versions, broken versions and extensions', async () => {
    await using factory = await testFactory()
    expect(await (await factory.request('/versions')).json()).toEqual(VERSIONS)
    const broken = await (await factory.request('/versions?broken=true')).json()
    expect(broken).toEqual(BROKEN_VERSIONS)
    const extensions = await (await factory.request('/version/v1.12.2/extensions/official')).json()
    expect(extensions).toContainEqual(expect.objectContaining({ name: 'siderolabs/tailscale' }))
  })

  test.each([
    ['/version/v1.99.0/extensions/official', 404],
    ['/version/latest/extensions/official', 500],
    [`/image/${EMPTY}/v1.99.0/hcloud-amd64.raw.xz`, 404],
    [`/image/${EMPTY}/newest/hcloud-amd64.raw.xz`, 500],
    [`/image/${EMPTY}/v1.13.9/hcloud-x86.raw.xz`, 400],
    [`/image/${EMPTY}/v1.13.9/metal-amd64.iso`, 404],
    [`/image/${EMPTY}/v1.7.0/hcloud-amd64.raw.zst`, 404],
    [`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw.xz.sha256`, 402],
    [`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw.zst.sigstore.json`, 402],
    ['/nowhere', 404],
  ])('%s answers %i in plain text', async (path, status) => {
    await using factory = await testFactory()
    const response = await factory.request(path)
    expect(response.status).toBe(status)
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/)
    expect(await response.text()).toMatch(/\n$/)
    expect(response.headers.get('X-Request-ID')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test("the images of a release are where GitHub has them, and redirect to the Factory's", async () => {
    await using factory = await testFactory()
    const response = await factory.request('/siderolabs/talos/releases/download/v1.7.5/hcloud-amd64.raw.xz')
    expect(response.status).toBe(302)
    expect(response.headers.get('Location')).toBe(`/image/${EMPTY}/v1.7.5/hcloud-amd64.raw.xz`)
  })

  test("the caller's own request ID comes back", async () => {
    await using factory = await testFactory()
    const response = await factory.request('/versions', { headers: { 'X-Request-ID': 'mine' } })
    expect(response.headers.get('X-Request-ID')).toBe('mine')
  })

  test('an extension that the version lacks is found out only when the asset is made', async () => {
    await using factory = await testFactory()
    const body = 'customization: {systemExtensions: {officialExtensions: [siderolabs/tailscal]}}'
    const { id } = await factory.submit(body)
    const asset = await factory.request(`/image/${id}/v1.13.9/hcloud-amd64.raw.xz`)
    expect(asset.status).toBe(400)
    expect(await asset.text()).toBe(
      'official extension "siderolabs/tailscal" is not available for Talos version v1.13.9\n',
    )
  })
})

describe('faults', () => {
  test('an interceptor answers in the place of the Factory, before or after it', async () => {
    let version = ''
    await using factory = await testFactory({
      async intercept(request, answer) {
        const { pathname } = new URL(request.url)
        if (pathname === '/versions') return new Response('upstream is ill\n', { status: 502 })
        if (request.method !== 'POST') return undefined
        version = await request.text()
        const answered = await answer()
        return new Response(null, { status: answered.status === 201 ? 504 : 500 })
      },
    })
    expect((await factory.request('/versions')).status).toBe(502)
    expect((await factory.request('/schematics', { method: 'POST', body: '{}' })).status).toBe(504)
    expect(version).toBe('{}')
    expect((await factory.request(`/schematics/${EMPTY}`)).status).toBe(200)
  })
})
