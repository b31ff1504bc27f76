/** A package for Fedora, RHEL, SUSE and their relatives, made by rpmbuild. */

import { execFileSync } from 'node:child_process'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OUT, OWN } from '../executables/output.mjs'
import { DESCRIPTION, toPackageVersion, writeContents } from './contents.mjs'

const ZSH = 'usr/share/zsh/site-functions/_talos-image'
const LICENSE = 'usr/share/licenses/talos-image/LICENSE'
/** What the most basic package of each system has. */
const COMMON = new Set(['usr', 'usr/bin', 'usr/share', 'usr/share/doc'])
const VERSION = toPackageVersion(OWN.version)

/**
 * Makes talos-image-VERSION-1.ARCHITECTURE.rpm.
 * @param {{ target: string, rpm: string }} machine
 * @param {string} scratch an empty folder
 * @param {Date} date
 * @returns the file's name
 */
export async function makeRpm({ target, rpm }, scratch, date) {
  const tree = join(scratch, 'tree')
  const paths = await writeContents(tree, target, ZSH, { [LICENSE]: await readFile('LICENSE') }, date)
  const spec = join(scratch, 'talos-image.spec')
  await writeFile(spec, toSpec(tree, paths))
  execFileSync('rpmbuild', ['-bb', '--quiet', '--target', `${rpm}-linux`, '--define', `_topdir ${scratch}`, spec], {
    stdio: 'pipe',
    env: { ...process.env, SOURCE_DATE_EPOCH: `${date / 1000}` },
  })
  const name = `talos-image-${VERSION}-1.${rpm}.rpm`
  await rename(join(scratch, 'RPMS', rpm, name), join(OUT, name))
  return name
}

/** The libraries that it needs are found by rpmbuild. What was put into the executable is lost when it is stripped. */
const toSpec = (tree, paths) => `%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%global _binary_payload w9.zstdio
%global _buildhost localhost
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
Name: talos-image
Version: ${VERSION}
Release: 1
Summary: Builds Talos Linux snapshots in Hetzner Cloud
License: Apache-2.0
URL: ${OWN.homepage}
Recommends: curl
Recommends: /usr/bin/perl
Recommends: util-linux
Recommends: xz
Recommends: zstd

%description
${DESCRIPTION}

The recommended packages are for the sandbox.

%install
cp -a ${tree}/. %{buildroot}

%files
${toFolders(paths)
  .map((path) => `%dir %attr(0755, root, root) /${path}`)
  .join('\n')}
${paths.map((path) => `${toAttribute(path)}/${path}`).join('\n')}
`

/** The folders that not every system has: they go with the last package that has them. */
const toFolders = (paths) => {
  const folders = new Set()
  for (const path of paths) for (let at = dirname(path); !COMMON.has(at); at = dirname(at)) folders.add(at)
  return [...folders].toSorted()
}

function toAttribute(path) {
  if (path.startsWith('usr/bin/')) return '%attr(0755, root, root) '
  return `${path.includes('/doc/') ? '%doc ' : ''}${path === LICENSE ? '%license ' : ''}%attr(0644, root, root) `
}
