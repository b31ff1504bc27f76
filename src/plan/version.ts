/** Which Talos version a user means. */

import semver from 'semver'
import type { Sourced } from '../config/variables.ts'
import type { Problem } from '../errors.ts'

/** Whether a version is written in a way that needs the Factory's list to become a real one. */
export function isFloating(wanted: string): boolean {
  return wanted === 'latest' || /^v\d+\.\d+$/.test(wanted)
}

/** Whether a version is at least another one; pre-releases of that one count, too. Unknown for what is no version: true. */
export function isAtLeast(version: string, least: string): boolean {
  if (semver.valid(version) === null) return true
  return semver.satisfies(version, `>=${least}-0`, { includePrerelease: true })
}

/** What a label can hold. Source: Hetzner Cloud API documentation. */
const LABEL_VALUE = /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/

/** Checks how a version is written, without a request. */
export function checkVersionForm({ value, origin }: Sourced<string>): Problem | undefined {
  if (isFloating(value)) return undefined
  if (value.startsWith('v') && semver.valid(value.slice(1)) === value.slice(1)) {
    if (LABEL_VALUE.test(value)) return undefined
    return {
      code: 'config',
      message: `the version "${value}" cannot be a label of a snapshot`,
      at: origin,
      hint: 'a label has at most 63 characters, and ends with a letter or a digit',
    }
  }
  return {
    code: 'config',
    message: `"${value}" is not a Talos version`,
    at: origin,
    hint: `write it ${correct(value)}`,
  }
}

/** What was probably meant by text that is no version. */
function correct(value: string): string {
  const [, minor] = /^\s*v*(\d+\.\d+)\s*$/i.exec(value) ?? []
  if (minor !== undefined) return `as "v${minor}" for the newest of them, or whole, such as "v${minor}.0"`
  const whole = /\d+\.\d+\.\d/.test(value) ? (semver.valid(value) ?? semver.valid(semver.coerce(value))) : null
  return `${whole === null ? 'like "v1.13.9"' : `as "v${whole}"`}, or "v1.13" or "latest" for the newest of them`
}

/**
 * The version that is meant, out of those that the Factory has.
 * `latest` is the newest stable one, `v1.13` the newest stable patch of that minor version.
 */
export function resolveVersion(wanted: Sourced<string>, versions: readonly string[]): string | Problem {
  if (!isFloating(wanted.value)) {
    return versions.includes(wanted.value) ? wanted.value : unknownVersion(wanted, versions)
  }
  const stable = versions.filter((version) => semver.valid(version) !== null && semver.prerelease(version) === null)
  const fitting =
    wanted.value === 'latest' ? stable : stable.filter((version) => version.startsWith(`${wanted.value}.`))
  return semver.rsort(fitting)[0] ?? unknownVersion(wanted, versions)
}

function unknownVersion({ value, origin }: Sourced<string>, offered: readonly string[]): Problem {
  const versions = offered.filter((version) => semver.valid(version) !== null)
  const sameMinor = versions.filter((version) => version.startsWith(`${value.split('.').slice(0, 2).join('.')}.`))
  const near = semver.rsort(sameMinor).slice(0, 3)
  const newest = semver.rsort(versions.filter((version) => !version.includes('-')))[0]
  return {
    code: 'config',
    message: `the Image Factory has no Talos ${value}`,
    at: origin,
    hint:
      near.length > 0
        ? `it has ${near.map((version) => `"${version}"`).join(', ')}`
        : `the newest is "${newest ?? 'unknown'}"`,
  }
}
