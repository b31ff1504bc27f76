/** The flag `--talos-version`, and the version that it comes to. */

import semver from 'semver'
import type { Sourced } from '../config/variables.ts'
import { TalosImageError } from '../errors.ts'
import { checkVersionForm, resolveVersion } from '../plan/version.ts'

/** @throws TalosImageError `usage` when it is not written as a version */
export function readVersionFlag(value: string): Sourced<string> {
  const wanted = { value, origin: { kind: 'flag', name: '--talos-version' } } as const
  const problem = checkVersionForm(wanted)
  if (problem !== undefined) throw new TalosImageError({ ...problem, code: 'usage' })
  return wanted
}

/**
 * The version that is meant, out of those that the Image Factory has.
 * @throws TalosImageError `usage` or `config`, after where it was written, when it has none such
 */
export function findVersion(wanted: Sourced<string>, versions: readonly string[]): string {
  const found = resolveVersion(wanted, versions)
  if (typeof found === 'string') return found
  throw new TalosImageError(wanted.origin.kind === 'flag' ? { ...found, code: 'usage' } : found)
}

/** Stable versions, as they are offered: the newest patch of each minor version, then all others, each newest first. */
export function sortVersions(versions: readonly string[]): readonly string[] {
  const stable = versions.filter((version) => semver.valid(version) !== null && semver.prerelease(version) === null)
  const sorted = semver.rsort([...stable])
  const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')
  const newest = sorted.filter((version, index) => minorOf(version) !== minorOf(sorted[index - 1] ?? ''))
  return [...newest, ...sorted.filter((version) => !newest.includes(version))]
}
