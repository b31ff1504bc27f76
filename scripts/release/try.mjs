/**
 * Tries an executable on the system that it is made for: that it starts, and finds what is embedded in it. The sandbox is tried
 * on Linux, where its machines run.
 *
 *   node scripts/release/try.mjs FILE
 */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('node scripts/release/try.mjs FILE')
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

const scratch = mkdtempSync(join(tmpdir(), 'talos-image-try-'))
try {
  assert.equal(run('--version'), `${version}\n`)
  assert.match(run('--help'), /^Usage: talos-image/)
  assert.match(run('schematic', 'id', resolve('_packer/schematic.yaml')), /^[0-9a-f]{64}\n$/)
  if (process.platform === 'linux') {
    // The sandbox, the shipped files, and the HCL parser with its WebAssembly.
    run('init', 'mine', '--yes', '--sandbox')
    assert.match(run('plan', '--sandbox', '--directory', 'mine', '--arch', 'x86'), /x86/)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
process.stdout.write(`${file} works: ${version}\n`)

/** @param {readonly string[]} args */
function run(...args) {
  const env = { ...process.env, XDG_STATE_HOME: join(scratch, 'state') }
  return String(execFileSync(resolve(file), args, { cwd: scratch, env, stdio: ['ignore', 'pipe', 'inherit'] }))
}
