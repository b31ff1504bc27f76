/** What decides the content of a snapshot, as one short word. The same identity means that nothing need be built. */

import { createHash } from 'node:crypto'
import type { Architecture, Role } from '../domain.ts'
import type { Source } from '../source/source.ts'

export interface IdentityInput {
  readonly source: Source
  readonly architecture: Architecture
  readonly role: Role | undefined
  readonly talosVersion: string
  /** A pinned SHA-256 of the source. */
  readonly sha256: string | undefined
}

/**
 * 40 hexadecimal characters, or undefined for standard input, which has no identity.
 * Role and version are part of it, since they stand in the labels by which a snapshot is found.
 */
export function identityOf(input: IdentityInput): string | undefined {
  const content = contentOf(input)
  if (content === undefined) return undefined
  const parts = [content, input.architecture, input.role ?? '', input.talosVersion]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)
}

function contentOf({ source, sha256 }: IdentityInput): readonly string[] | undefined {
  switch (source.kind) {
    case 'factory':
      return [
        'factory',
        ...(source.factory === undefined ? [] : [source.factory]),
        source.asset.schematicId,
        source.asset.talosVersion,
        source.asset.architecture,
      ]
    case 'url':
      return sha256 === undefined ? ['url', source.publicUrl ?? source.url] : ['sha256', sha256]
    case 'file':
      return ['sha256', source.sha256]
    case 'template':
    case 'stdin':
      return undefined
  }
}
