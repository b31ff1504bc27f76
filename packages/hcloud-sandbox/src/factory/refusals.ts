/** How the Factory says no: a status, and the reason as plain text. */

import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type Compression, type DiskVariant, parseAssetPath } from './asset-path.ts'
import { DiskFullError } from './assets.ts'
import { isAtLeast, lookUpVersion } from './versions.ts'

/** The answer that an error becomes. */
export function toErrorAnswer(error: Error): Response {
  const status = error instanceof HTTPException ? error.status : error instanceof DiskFullError ? 507 : 500
  return new Response(`${error.message}\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
}

/** @throws HTTPException 500 for a malformed version, as the real one answers; 404 for one that does not exist */
export function requireVersion(text: string): string {
  const found = lookUpVersion(text)
  if (found.kind === 'malformed') throw refuse(500, `error parsing version: "${text}" is not a semantic version`)
  if (found.kind === 'unknown') throw refuse(404, `version ${found.version} is not available`)
  return found.version
}

/**
 * What a path of an image asks for.
 * @throws HTTPException when the Factory would not make it, or the emulation does not
 */
export function requireDisk(path: string, version: string): DiskVariant & { readonly compression: Compression } {
  const asset = parseAssetPath(path)
  switch (asset.kind) {
    case 'enterprise':
      throw refuse(402, 'checksums and signatures need the Enterprise edition')
    case 'invalid':
      throw refuse(400, `invalid profile path: "${path}"`)
    case 'not-made':
      throw refuse(404, `the emulated Factory makes only raw disk images, not "${path}"`)
    case 'disk':
      if (asset.compression === 'zst' && !isAtLeast(version, '1.8.0')) {
        throw refuse(404, `zstd images need Talos 1.8 or newer, not ${version}`)
      }
      return asset
  }
}

/** The answer for a schematic that was never submitted. */
export function refuseSchematic(id: string): HTTPException {
  return refuse(404, `schematic ID "${id}" not found`)
}

/** An answer other than the one that was wanted. */
export function refuse(status: ContentfulStatusCode, message: string): HTTPException {
  return new HTTPException(status, { message })
}
