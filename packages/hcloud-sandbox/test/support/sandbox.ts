/** A sandbox for tests: tiny disks, instant, in a temporary state directory that goes with it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Sandbox, type SandboxOptions, startSandbox } from 'hcloud-sandbox'
import * as v from 'valibot'
import { createVerdict } from '../openapi/verdict.ts'

const MIB = 1024 * 1024

export interface TestSandbox extends Sandbox {
  /** Where the disk files of servers and snapshots are. */
  readonly cloudDir: string
  /**
   * Sends a request to the cloud with the sandbox's token.
   * @returns the parsed body, checked by the schema
   * @throws Error that holds status and body when the answer is no success
   */
  api<T extends v.GenericSchema>(schema: T, method: string, path: string, body?: unknown): Promise<v.InferOutput<T>>
}

/**
 * Starts a sandbox with a 16 MiB disk image (3 MiB of data) and 64 MiB server disks. Use it with `await using`.
 * Each answer of its cloud is held against the published OpenAPI document; closing it fails otherwise.
 * A state directory given in the options stays; a temporary one goes when the sandbox closes.
 */
export async function testSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'talos-image-sandbox-')))
  const verdict = createVerdict()
  const removeState = async (): Promise<void> => {
    if (options.stateDir === undefined) await rm(stateDir, { recursive: true, force: true })
  }
  try {
    const sandbox = await startSandbox({
      imageDiskBytes: 16 * MIB,
      imageDataBytes: 3 * MIB,
      serverDiskBytes: 64 * MIB,
      ...options,
      stateDir,
      onAnswer(exchange) {
        verdict.onAnswer(exchange)
        options.onAnswer?.(exchange)
      },
    })
    const close = async (): Promise<void> => {
      try {
        await sandbox.close()
      } finally {
        await removeState()
      }
      verdict.speak()
    }
    const api = createApi(sandbox)
    return { ...sandbox, cloudDir: join(stateDir, 'cloud'), api, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await removeState()
    throw error
  }
}

function createApi({ endpoint, token }: Sandbox): TestSandbox['api'] {
  return async (schema, method, path, body) => {
    const response = await fetch(`${endpoint}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return v.parse(schema, text === '' ? undefined : JSON.parse(text))
  }
}
