/** What a package of the command consists of, for every kind of package. */

import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { listFiles } from '../executables/bundle.mjs'
import { OUT } from '../executables/output.mjs'
import { HERE } from '../executables/runtimes.mjs'

/** The kinds of machines that there are packages for, and what Debian and Fedora call them. */
export const MACHINES = [
  { target: 'linux-x64', deb: 'amd64', rpm: 'x86_64' },
  { target: 'linux-arm64', deb: 'arm64', rpm: 'aarch64' },
]

/** Where fish and bash look for the completions of packages. That of zsh differs, see the kinds of packages. */
const COMPLETIONS = {
  bash: 'usr/share/bash-completion/completions/talos-image',
  fish: 'usr/share/fish/vendor_completions.d/talos-image.fish',
}
const DOCS = 'usr/share/doc/talos-image'

/**
 * Writes the files of a package below a folder, all with the same date.
 * @param {string} root
 * @param {string} target whose executable it is
 * @param {string} zsh where zsh looks for completions
 * @param {Record<string, string | Buffer>} more the files that only this kind of package has
 * @param {Date} date
 * @returns the paths of all files, without a slash in front
 */
export async function writeContents(root, target, zsh, more, date) {
  const executable = join(OUT, `talos-image-${target}`)
  const texts = {
    ...Object.fromEntries(Object.entries({ ...COMPLETIONS, zsh }).map(([shell, path]) => [path, toCompletion(shell)])),
    [`${DOCS}/third-party-licenses.txt`]: await readFile(`${executable}.licenses.txt`),
    [`${DOCS}/bill-of-materials.cdx.json`]: await readFile(`${executable}.cdx.json`),
    ...more,
  }
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text, { mode: 0o644 })
  }
  await mkdir(join(root, 'usr/bin'))
  await copyFile(executable, join(root, 'usr/bin/talos-image'))
  const paths = await listFiles(root)
  for (const path of paths) await utimes(join(root, path), date, date)
  return paths
}

/** The script is the same for each kind of machine, so the executable that runs here writes it. */
const toCompletion = (shell) => execFileSync(join(OUT, `talos-image-${HERE}`), ['completion', shell])

/** The version as Debian and Fedora compare it: one before a release is older than that. */
export const toPackageVersion = (version) => version.replaceAll('-', '~')

/** What a package's managers show of it, in lines of at most 78 characters. */
export const DESCRIPTION = `Hetzner Cloud takes no disk images. talos-image creates a temporary server,
boots its rescue system, writes Talos Linux to its disk, reads it back, takes
a snapshot, labels it so that Terraform finds it, and removes all the rest.
With --sandbox, it does the same in an emulated cloud on this computer.`
