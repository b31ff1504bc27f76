/**
 * Publishes on npm what `npm run package` has packed. What is there already stays as it is, so a release that has stopped in the
 * middle can be run again.
 *
 *   node scripts/release/publish.mjs FOLDER [--dry-run]
 */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** What others need comes first. */
const PACKAGES = ['talos-schematic', 'hcloud-sandbox', 'talos-image']

const [folder = '.', ...flags] = process.argv.slice(2)
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
for (const name of PACKAGES) {
  if (isPublished(`${name}@${version}`)) process.stdout.write(`${name}@${version} is published already\n`)
  else execFileSync('npm', ['publish', resolve(folder, `${name}-${version}.tgz`), ...flags], { stdio: 'inherit' })
}

/** @param {string} wanted */
function isPublished(wanted) {
  try {
    return (
      String(execFileSync('npm', ['view', wanted, 'version'], { stdio: ['ignore', 'pipe', 'ignore'] })).trim() !== ''
    )
  } catch {
    // npm does not know the package at all; if it cannot be asked, publishing says why.
    return false
  }
}
