/** A package for Debian, Ubuntu and their relatives, made by dpkg-deb. */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { OUT, OWN } from '../executables/output.mjs'
import { DESCRIPTION, toPackageVersion, writeContents } from './contents.mjs'

const ZSH = 'usr/share/zsh/vendor-completions/_talos-image'
const VERSION = toPackageVersion(OWN.version)
const MAINTAINER = 'talos-image contributors'

const COPYRIGHT = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: talos-image
Source: ${OWN.homepage}

Files: *
Copyright: 2026, the contributors of talos-image
License: Apache-2.0
 The full text is in /usr/share/common-licenses/Apache-2.0.
Comment:
 usr/bin/talos-image holds Node.js and other programs under licenses of
 their own, which are in third-party-licenses.txt in this folder.
`

/**
 * Findings of lintian that are as they should be, and why. It has no others (2.116, tried by hand: in CI it would cost half a minute).
 */
const OVERRIDES = `# Node.js is built without the libraries of a distribution, so that it runs on all of them.
talos-image: embedded-library
talos-image: hardening-no-pie
# What was put into the file is lost when it is stripped.
talos-image: unstripped-binary-or-object
# talos-image help tells all of it.
talos-image: no-manual-page
# There is no mailing list.
talos-image: malformed-contact
talos-image: bogus-mail-host-in-debian-changelog
`

/**
 * Makes talos-image_VERSION_ARCHITECTURE.deb.
 * @param {{ target: string, deb: string }} machine
 * @param {string} scratch an empty folder
 * @param {Date} date
 * @returns the file's name
 */
export async function makeDeb({ target, deb }, scratch, date) {
  const changes = gzipSync(toChanges(date), { level: 9 })
  const more = {
    'usr/share/doc/talos-image/copyright': COPYRIGHT,
    'usr/share/doc/talos-image/changelog.gz': changes,
    'usr/share/lintian/overrides/talos-image': OVERRIDES,
  }
  const tree = join(scratch, 'tree')
  const paths = await writeContents(tree, target, ZSH, more, date)
  let size = 0
  let sums = ''
  for (const path of paths) {
    const bytes = await readFile(join(tree, path))
    size += (await stat(join(tree, path))).size
    sums += `${createHash('md5').update(bytes).digest('hex')}  ${path}\n`
  }
  await mkdir(join(tree, 'DEBIAN'))
  await writeFile(join(tree, 'DEBIAN/md5sums'), sums)
  await writeFile(join(tree, 'DEBIAN/control'), toControl(deb, Math.ceil(size / 1024)))
  const name = `talos-image_${VERSION}_${deb}.deb`
  const options = ['--root-owner-group', '-Zxz', '-z0', '--build', tree, join(OUT, name)]
  execFileSync('dpkg-deb', options, { stdio: 'pipe', env: { ...process.env, SOURCE_DATE_EPOCH: `${date / 1000}` } })
  return name
}

/** The libraries are those of Node.js's own builds, which are made for these versions and newer. */
const toControl = (architecture, kibibytes) => `Package: talos-image
Version: ${VERSION}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${kibibytes}
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 8)
Recommends: curl, mount, xz-utils, zstd
Section: admin
Priority: optional
Homepage: ${OWN.homepage}
Description: builds Talos Linux snapshots in Hetzner Cloud
${DESCRIPTION.replaceAll(/^/gm, ' ')}
 .
 The recommended packages are for the sandbox.
`

const toChanges = (date) => `talos-image (${VERSION}) unstable; urgency=medium

  * What has changed is told by CHANGELOG.md of the project:
    ${OWN.homepage}

 -- ${MAINTAINER} <>  ${date.toUTCString().replace('GMT', '+0000')}
`
