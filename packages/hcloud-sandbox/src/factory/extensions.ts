/** Which official extensions a Talos version has. */

import { createHash } from 'node:crypto'
import { ALIASES, CATALOGUE, type CatalogueEntry } from './extension-catalogue.ts'
import { isAtLeast } from './versions.ts'

/** An extension as the Factory lists it. */
export interface Extension {
  readonly name: string
  readonly ref: string
  readonly digest: string
  readonly author: string
  readonly description: string
}

/** The official extensions of a version, sorted by name. */
export function listExtensions(version: string): Extension[] {
  return CATALOGUE.filter((entry) => isOffered(entry, version)).map((entry) => {
    const ref = `ghcr.io/${entry.name}:${entry.tag.replace('VERSION', version)}`
    return {
      name: entry.name,
      ref,
      digest: `sha256:${createHash('sha256').update(`${ref}\n${version}`).digest('hex')}`,
      author: 'Sidero Labs',
      description: entry.description,
    }
  })
}

/** The first of these extensions that the version lacks, or undefined. */
export function findMissingExtension(names: readonly string[], version: string): string | undefined {
  const offered = new Set(CATALOGUE.filter((entry) => isOffered(entry, version)).map((entry) => entry.name))
  return names.find((name) => !offered.has(name) && !offered.has(ALIASES[name] ?? ''))
}

function isOffered({ since, until }: CatalogueEntry, version: string): boolean {
  return (since === undefined || isAtLeast(version, since)) && (until === undefined || !isAtLeast(version, until))
}
