/**
 * Signs files for those who check them with GnuPG, as Terraform's registries do: FILE.sig is a detached signature in binary.
 *
 *   GPG_PRIVATE_KEY=... node scripts/release/sign.mjs FILE...
 *
 * The key is that of `gpg --export-secret-keys --armor`; GPG_PASSPHRASE is its passphrase, if it has one.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const files = process.argv.slice(2)
const { GPG_PRIVATE_KEY: key = '', GPG_PASSPHRASE: passphrase = '' } = process.env
if (files.length === 0) throw new Error('node scripts/release/sign.mjs FILE...')
if (key === '') throw new Error('GPG_PRIVATE_KEY is not set, so nothing can be signed')

// A home of its own, so that no other key is used or changed.
const home = mkdtempSync(join(tmpdir(), 'talos-image-gpg-'))
try {
  gpg(key, '--import')
  for (const file of files) {
    gpg(
      passphrase,
      '--yes',
      '--pinentry-mode',
      'loopback',
      '--passphrase-fd',
      '0',
      '--output',
      `${file}.sig`,
      '--detach-sign',
      file,
    )
    process.stdout.write(`${file}.sig\n`)
  }
} finally {
  execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' })
  rmSync(home, { recursive: true, force: true })
}

/** @param {string} input @param {readonly string[]} args */
function gpg(input, ...args) {
  execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
    input,
    stdio: ['pipe', 'inherit', 'inherit'],
  })
}
