/** The folder with all that a release consists of, and what is said of it. */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

export const OUT = resolve('executables')
/** The package.json of this project. */
export const OWN = JSON.parse(readFileSync('package.json', 'utf8'))
const CHECKSUMS = 'SHA256SUMS'

/** When the commit was made, so that the same one gives the same bytes. */
export const commitDate = () => new Date(String(execFileSync('git', ['log', '-1', '--format=%cI'])).trim())

/** The SHA-256 of a file of the folder. */
export async function hashFile(name) {
  const hash = createHash('sha256').update(await readFile(join(OUT, name)))
  return hash.digest('hex')
}

/**
 * Writes the SHA-256 of files of the folder, as `sha256sum --check` reads it.
 * @param {string} [file] @param {readonly string[]} [names] all by default
 */
export async function writeChecksums(file = CHECKSUMS, names = undefined) {
  const entries = await readdir(OUT, { withFileTypes: true })
  const all = entries.filter((entry) => entry.isFile() && entry.name !== CHECKSUMS).map(({ name }) => name)
  const lines = (names ?? all).toSorted().map(async (name) => `${await hashFile(name)}  ${name}\n`)
  await writeFile(join(OUT, file), (await Promise.all(lines)).join(''))
}

/** @param {string} text */
export function tell(text) {
  process.stdout.write(`${text}\n`)
}
