/**
 * The version, which is the same in the packages, their lock file and the documents, and what has changed since the last one.
 *
 *   npm run versions       checks both
 *   npm run next-version   makes the next version of the changesets in .changeset/, whose texts CHANGELOG.md gets
 *   npm run release-notes -- TAG   prints what is new in the version that this tag names, if it can be released
 */

import { execFileSync } from 'node:child_process'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import parseChangeset from '@changesets/parse'
import { inc } from 'semver'
import { newestSection, withRelease } from './release/changelog.mjs'

const CHANGELOG = 'CHANGELOG.md'
const CHANGESETS = '.changeset'
/** The smallest first. */
const KINDS = ['patch', 'minor', 'major']
/** Where documents name our own version: `OWNER/talos-image@v0.1.0`, `talos-image_0.1.0_amd64.deb` and such. */
const IN_TEXTS = /(?<=talos-image(?:@v|-v|[-_:])|--branch v|--version )\d+\.\d+\.\d+/g
const TEXTS = ['README.md', 'SECURITY.md', 'docs', 'examples', 'packages/*/README.md']

const problems = []
const manifests = ['package.json', ...list('packages/*/package.json')]
const own = await Promise.all(manifests.map(readJson))
const names = own.map(({ name }) => name)
const current = own[0].version
const changesets = await readChangesets()

const [task, tag] = process.argv.slice(2)
if (task === 'next') await makeNext()
else if (task === 'notes') await printNotes()
else {
  await check()
  if (problems.length === 0) tell(`Version ${current}, and ${changesets.length} changesets for the next one.`)
}
for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1

async function check() {
  const changed = await findChanges(current)
  problems.push(
    ...changed.map(
      ({ file }) => `${file}: another version than ${current} of package.json; npm run next-version sets it`,
    ),
  )
}

async function makeNext() {
  const changelog = await readFile(CHANGELOG, 'utf8')
  const newest = newestSection(changelog)
  if (problems.length > 0) return
  if (newest?.isReleased !== false && changesets.length === 0) return tell('There is nothing to release.')
  const version = newest?.isReleased === false ? newest.version : inc(current, greatest(changesets))
  await writeFile(
    CHANGELOG,
    withRelease(
      changelog,
      version,
      changesets.map(({ summary }) => summary),
    ),
  )
  for (const { file, text } of await findChanges(version)) await writeFile(file, text)
  for (const { file } of changesets) await rm(file)
  tell(version)
}

async function printNotes() {
  await check()
  const newest = newestSection(await readFile(CHANGELOG, 'utf8'))
  if (tag !== `v${current}`) problems.push(`the tag ${tag ?? 'is not named'}: package.json has the version ${current}`)
  if (newest?.version !== current || !newest.isReleased || changesets.length > 0) {
    problems.push(
      `${CHANGELOG}: its newest section is not that of ${current}, or not released; npm run next-version makes it`,
    )
  }
  if (problems.length === 0) tell(newest.text)
}

/** What would change in which file if this were the version. */
async function findChanges(version) {
  const files = [...manifests, 'package-lock.json', ...list(...TEXTS)]
  const all = await Promise.all(files.map(async (file) => ({ file, before: await readFile(file, 'utf8') })))
  return all
    .map(({ file, before }) => ({ file, before, text: withVersion(file, before, version) }))
    .filter(({ before, text }) => before !== text)
}

function withVersion(file, text, version) {
  if (!file.endsWith('.json')) return text.replaceAll(IN_TEXTS, version)
  const document = JSON.parse(text)
  const locked = Object.entries(document.packages ?? {}).filter(([path]) => path === '' || path.startsWith('packages/'))
  for (const entry of [document, ...locked.map(([, found]) => found)]) {
    entry.version = version
    for (const kind of [entry.dependencies, entry.devDependencies]) {
      for (const name of names) if (kind?.[name] !== undefined) kind[name] = version
    }
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** In the order of their names. What is wrong with one is a problem. */
async function readChangesets() {
  const files = (await readdir(CHANGESETS)).filter((name) => name.endsWith('.md') && name !== 'README.md').toSorted()
  const found = files.map(async (name) => {
    const file = `${CHANGESETS}/${name}`
    try {
      const { summary, releases } = parseChangeset(await readFile(file, 'utf8'))
      const unknown = releases.filter((release) => !names.includes(release.name))
      if (unknown.length > 0) throw new Error(`there is no package ${unknown[0].name}; there are ${names.join(', ')}`)
      if (releases.every(({ type }) => type === 'none')) throw new Error('it names no package with a kind of change')
      if (summary === '') throw new Error('it says nothing')
      return [{ file, summary, kinds: releases.map(({ type }) => type) }]
    } catch (error) {
      problems.push(`${file}: ${error.message}`)
      return []
    }
  })
  return (await Promise.all(found)).flat()
}

/** All packages have one version, so the greatest change counts. */
function greatest(all) {
  return KINDS[Math.max(...all.flatMap(({ kinds }) => kinds).map((kind) => KINDS.indexOf(kind)))]
}

/** The tracked files of these places. */
function list(...places) {
  return String(execFileSync('git', ['ls-files', ...places]))
    .split('\n')
    .filter((file) => file !== '')
}

async function readJson(file) {
  return JSON.parse(await readFile(file, 'utf8'))
}

function tell(text) {
  process.stdout.write(`${text}\n`)
}
