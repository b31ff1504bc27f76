import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { expect } from 'vitest'
import { MIB } from '../../src/factory/disk-size.ts'
import { createFactory, type FactoryOptions } from '../../src/factory/factory.ts'

/** ID of the schematic that changes nothing. */
export const EMPTY = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
export const DISK_BYTES = 16 * MIB

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A Factory with a tiny disk in a state directory of its own. */
export async function testFactory(options: Partial<FactoryOptions> = {}) {
  const stateDir = await mkdtemp(join(tmpdir(), 'talos-image-factory-'))
  const factory = createFactory({ stateDir, diskBytes: DISK_BYTES, dataBytes: 3 * MIB, ...options })
  return {
    ...factory,
    stateDir,
    request: async (path: string, init?: RequestInit) => await factory.app.request(path, init),
    /** Submits a schematic that must be a good one. */
    async submit(body: string) {
      const response = await factory.app.request('/schematics', { method: 'POST', body })
      expect(response.status).toBe(201)
      return v.parse(v.object({ id: v.string(), schematic: v.string() }), await response.json())
    },
    async download(path: string) {
      const response = await factory.app.request(path)
      expect(response.status).toBe(200)
      return Buffer.from(await response.arrayBuffer())
    },
    async [Symbol.asyncDispose]() {
      await factory.close()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}
