import { execFileSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { SandboxError } from '../../../src/errors.ts'
import { MIB } from '../../../src/factory/disk-size.ts'
import { DISK_BYTES, EMPTY, sha256, testFactory } from '../../factory/test-factory.ts'

async function gunzip(bytes: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of createGunzip().end(bytes)) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

describe('disk images', () => {
  test('every compression gives the same disk', async () => {
    await using factory = await testFactory()
    const path = `/image/${EMPTY}/v1.13.9/hcloud-amd64.raw`
    const raw = await factory.download(path)
    expect(raw.length).toBe(DISK_BYTES)
    expect(
      sha256(execFileSync('zstd', ['-dc'], { input: await factory.download(`${path}.zst`), maxBuffer: 64 * MIB })),
    ).toBe(sha256(raw))
    expect(
      sha256(execFileSync('xz', ['-dc'], { input: await factory.download(`${path}.xz`), maxBuffer: 64 * MIB })),
    ).toBe(sha256(raw))
    expect(sha256(await gunzip(await factory.download(`${path}.gz`)))).toBe(sha256(raw))
  })

  test('a zstd frame says how big the disk is', async () => {
    await using factory = await testFactory()
    const frame = await factory.download(`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw.zst`)
    // RFC 8878: the two top bits of the descriptor give the width of the content size, 10 means four bytes
    const descriptor = frame.readUInt8(4)
    expect(descriptor >> 6).toBe(2)
    expect(frame.readUInt32LE((descriptor & 0x20) === 0 ? 6 : 5)).toBe(DISK_BYTES)
  })

  test('a cut .xz is noticed wherever it is cut', async () => {
    await using factory = await testFactory()
    const xz = await factory.download(`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw.xz`)
    for (const bytes of [xz.length - 1, Math.floor(xz.length / 2), xz.length - 200]) {
      expect(() => execFileSync('xz', ['-t'], { input: xz.subarray(0, bytes), stdio: 'pipe' })).toThrow(/end of input/)
    }
  })

  test('schematic, version and architecture decide the content, and META names them', async () => {
    await using factory = await testFactory()
    const { id } = await factory.submit('customization: {bootloader: grub}')
    const disks = await Promise.all([
      factory.download(`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw`),
      factory.download(`/image/${EMPTY}/v1.13.9/hcloud-arm64.raw`),
      factory.download(`/image/${EMPTY}/v1.13.8/hcloud-amd64.raw`),
      factory.download(`/image/${id}/v1.13.9/hcloud-amd64.raw`),
    ])
    expect(new Set(disks.map(sha256)).size).toBe(4)
    expect(disks[3]?.toString('latin1')).toContain(`"version":"v1.13.9","schematicId":"${id}"`)

    await using again = await testFactory()
    expect(sha256(await again.download(`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw`))).toBe(
      sha256(disks[0] ?? Buffer.alloc(0)),
    )
  })

  test('HEAD makes the asset and tells its length', async () => {
    await using factory = await testFactory()
    const path = `/image/${EMPTY}/v1.13.9/hcloud-amd64.raw.zst`
    const head = await factory.request(path, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
    const body = await factory.download(path)
    expect(head.headers.get('Content-Length')).toBe(String(body.length))
    expect(head.headers.get('ETag')).toMatch(/^"[0-9a-f]{32}"$/)
    expect(head.headers.get('Accept-Ranges')).toBe('bytes')
  })

  test('a part of an asset can be had', async () => {
    await using factory = await testFactory()
    const path = `/image/${EMPTY}/v1.13.9/hcloud-amd64.raw.xz`
    const whole = await factory.download(path)
    const part = await factory.request(path, { headers: { Range: 'bytes=100-299' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('Content-Range')).toBe(`bytes 100-299/${whole.length}`)
    expect(part.headers.get('Content-Length')).toBe('200')
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(100, 300))).toBe(true)

    const etag = part.headers.get('ETag') ?? ''
    const stale = await factory.request(path, { headers: { Range: 'bytes=100-299', 'If-Range': '"other"' } })
    expect(stale.status).toBe(200)
    await stale.body?.cancel()
    expect((await factory.request(path, { headers: { 'If-None-Match': etag } })).status).toBe(304)
    const beyond = await factory.request(path, { headers: { Range: `bytes=${whole.length}-` } })
    expect(beyond.status).toBe(416)
    expect(beyond.headers.get('Content-Range')).toBe(`bytes */${whole.length}`)
  })

  test('callers who want the same asset wait for the same making, and at most two are made at once', async () => {
    let making = 0
    let most = 0
    let asked = 0
    await using factory = await testFactory({
      makingMs: 1,
      clock: {
        now: () => 0,
        async sleep() {
          asked += 1
          making += 1
          most = Math.max(most, making)
          // lets every other request come as far as it can
          for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
          making -= 1
        },
      },
    })
    const versions = ['v1.13.0', 'v1.13.1', 'v1.13.2', 'v1.13.3']
    const paths = versions.map((version) => `/image/${EMPTY}/${version}/hcloud-amd64.raw`)
    await Promise.all([...paths, ...paths].map((path) => factory.download(path)))
    expect(asked).toBe(4)
    expect(most).toBe(2)
  })

  test('what is stored is about as big as the data', async () => {
    await using factory = await testFactory()
    await factory.download(`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw`)
    const files = await readdir(factory.stateDir, { recursive: true, withFileTypes: true })
    const sizes = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map(async (file) => (await stat(join(file.parentPath, file.name))).blocks * 512),
    )
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(4 * MIB)
  })

  test('leftovers of a killed run are removed, and no half file is served', async () => {
    await using factory = await testFactory()
    const unfinished = join(factory.stateDir, 'factory', 'unfinished')
    await mkdir(unfinished, { recursive: true })
    await writeFile(join(unfinished, 'half'), 'x')
    await factory.load()
    await expect(stat(unfinished)).rejects.toThrow('ENOENT')
    await factory.download(`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw.xz`)
    expect(await readdir(unfinished)).toEqual([])
  })

  test('a full disk is said before anything is made', async () => {
    await using factory = await testFactory({
      assertSpace: async (folder, bytes) => {
        throw new SandboxError({ code: 'sandbox', message: `${bytes / MIB} MiB in ${folder}: no` })
      },
    })
    const response = await factory.request(`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw`)
    expect(response.status).toBe(507)
    expect(await response.text()).toMatch(/^67 MiB in .+: no\n$/)
  })

  test('closing stops what is being made', async () => {
    const gate = new EventEmitter()
    const started = once(gate, 'started')
    await using factory = await testFactory({
      makingMs: 1,
      clock: {
        now: () => 0,
        sleep: async (_ms, signal) => {
          gate.emit('started')
          await new Promise((resolve) => signal?.addEventListener('abort', resolve))
          signal?.throwIfAborted()
        },
      },
    })
    const request = factory.request(`/image/${EMPTY}/v1.13.9/hcloud-amd64.raw`)
    await started
    await factory.close()
    expect((await request).status).toBe(500)
  })
})
