/** Which Talos versions the emulated Factory offers. */

import { compare, parse, satisfies } from 'semver'

/**
 * The stable patch releases of each minor version: `[minor, last patch]`.
 * Those before 1.8 have no zstd images; 1.6 is what the first templates of hcloud-talos name.
 */
const STABLE: readonly (readonly [minor: string, lastPatch: number])[] = [
  ['1.6', 7],
  ['1.7', 7],
  ['1.8', 4],
  ['1.9', 6],
  ['1.10', 9],
  ['1.11', 6],
  ['1.12', 8],
  ['1.13', 9],
]

const PRE_RELEASES: readonly string[] = ['v1.14.0-alpha.0', 'v1.14.0-alpha.1', 'v1.14.0-beta.0', 'v1.14.0-beta.1']

/** Versions that exist, but that their makers took back. */
export const BROKEN_VERSIONS: readonly string[] = ['v1.9.0', 'v1.10.0', 'v1.12.3']

/** All versions that images can be made of, oldest first. */
export const VERSIONS: readonly string[] = [
  ...STABLE.flatMap(([minor, lastPatch]) => Array.from({ length: lastPatch + 1 }, (_, patch) => `v${minor}.${patch}`)),
  ...PRE_RELEASES,
]
  .filter((version) => !BROKEN_VERSIONS.includes(version))
  .sort(compare)

/** What a version in a path came to. */
export type VersionLookup =
  | { readonly kind: 'known'; readonly version: string }
  | { readonly kind: 'unknown'; readonly version: string }
  | { readonly kind: 'malformed' }

/** Looks up a version as written in a path, with or without the leading `v`. Broken versions can still be had. */
export function lookUpVersion(text: string): VersionLookup {
  const parsed = parse(text.replace(/^v/, ''))
  if (parsed === null) return { kind: 'malformed' }
  const version = `v${parsed.version}`
  return { kind: VERSIONS.includes(version) || BROKEN_VERSIONS.includes(version) ? 'known' : 'unknown', version }
}

/** Whether `version` is at least `least`; the pre-releases of `least` count too. */
export function isAtLeast(version: string, least: string): boolean {
  return satisfies(version, `>=${least}-0`, { includePrerelease: true })
}
