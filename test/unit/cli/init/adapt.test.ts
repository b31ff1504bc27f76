import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { adaptFiles } from '../../../../src/cli/init/adapt.ts'
import type { Answers } from '../../../../src/cli/init/answers.ts'
import { readCurrent, toKept } from '../../../../src/cli/init/current.ts'
import { openShipped, renderFiles } from '../../../../src/cli/init/files.ts'
import { failureOf } from '../../util/failure.ts'

const TEMPLATE = `# mine
variable "talos_version" { default = "v1.11.0" }
variable "server_location" { default = "fsn1" }
`
const ANSWERS: Answers = {
  talosVersion: 'v1.13.9',
  extensions: undefined,
  architectures: ['arm', 'x86'],
  location: undefined,
}

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'talos-image-adapt-')))
})
afterEach(() => rm(root, { recursive: true }))

async function current(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text)
  const found = await readCurrent({ path: root, shown: '.' }, root)
  if (found === undefined) throw new Error('there is nothing')
  return found
}

/** What becomes of files, by their names, and what is said. */
async function adapt(files: Readonly<Record<string, string>>, change: Partial<Answers>) {
  const answers = { ...ANSWERS, ...change }
  const fresh = await renderFiles(answers, await openShipped())
  const found = await current(files)
  const { changes, warnings } = adaptFiles(answers, found, { fresh, pinned: toKept(found).talosVersion?.value })
  return { texts: Object.fromEntries(changes.map(({ name, text }) => [name, text])), warnings }
}

test('there is nothing to adapt in a folder without files of a build', async () => {
  await writeFile(join(root, 'notes.md'), '')
  expect(await readCurrent({ path: root, shown: '.' }, root)).toBeUndefined()
  expect(await readCurrent({ path: join(root, 'new'), shown: 'new' }, root)).toBeUndefined()
})

test('what is wrong with what is there is said, with its place', async () => {
  const failure = await failureOf(current({ 'a.auto.pkrvars.hcl': 'talos_version = \n' }))
  expect(failure.at).toMatchObject({ file: 'a.auto.pkrvars.hcl', line: 1 })
})

describe('variables', () => {
  test('are changed where they are set, and nothing else is', async () => {
    const files = {
      'own.pkr.hcl': TEMPLATE,
      'prod.auto.pkrvars.hcl': '# my words\ntalos_version   = "v1.12.2" # why\nserver_location = "hel1"\nother = "x"\n',
      'z.auto.pkrvars.json': '{"talos_version":"v1.12.3", "x": 1}\n',
    }
    const { texts } = await adapt(files, { location: 'nbg1' })
    expect(texts).toEqual({
      'prod.auto.pkrvars.hcl': '# my words\ntalos_version   = "v1.12.2" # why\nserver_location = "nbg1"\nother = "x"\n',
      'z.auto.pkrvars.json': '{"talos_version":"v1.13.9", "x": 1}\n',
    })
  })

  test('that only the template sets go to the var file of init', async () => {
    const { texts } = await adapt({ 'own.pkr.hcl': TEMPLATE }, { location: 'nbg1' })
    expect(Object.keys(texts)).toEqual(['hcloud.auto.pkrvars.hcl'])
    expect(texts['hcloud.auto.pkrvars.hcl']).toMatch(/^talos_version = "v1\.13\.9"$/m)
    expect(texts['hcloud.auto.pkrvars.hcl']?.match(/^server_location = "nbg1"$/gm)).toHaveLength(1)
  })

  test('are added to it when it is there', async () => {
    const files = { 'own.pkr.hcl': TEMPLATE, 'hcloud.auto.pkrvars.hcl': '# mine\ntalos_version = "v1.13.9"' }
    const { texts } = await adapt(files, { location: 'nbg1' })
    expect(texts).toEqual({
      'hcloud.auto.pkrvars.hcl': '# mine\ntalos_version = "v1.13.9"\nserver_location = "nbg1"\n',
    })
  })

  test('that are calculated stay, and that is said', async () => {
    const files = { 'own.pkr.hcl': TEMPLATE, 'a.auto.pkrvars.hcl': `talos_version = "v\${1}.12.2"\n` }
    const { texts, warnings } = await adapt(files, {})
    expect(texts).toEqual({})
    expect(warnings).toMatchObject([{ message: 'talos_version is not a plain text here, so it stays as it is' }])
  })

  test('that the template does not have are not invented', async () => {
    const files = { 'own.pkr.hcl': 'variable "talos_version" { default = "v1.13.9" }\n' }
    const { texts, warnings } = await adapt(files, { location: 'nbg1' })
    expect(Object.keys(texts)).toEqual(['hcloud.auto.pkrvars.hcl'])
    expect(warnings).toMatchObject([{ message: expect.stringContaining('declares no variable server_location') }])
  })
})

describe('extensions', () => {
  const NOTED = `# mine
customization:
  extraKernelArgs: [quiet] # why
  systemExtensions:
    officialExtensions:
      - siderolabs/iscsi-tools # for storage
      - siderolabs/gvisor
`
  const WITH = {
    'own.pkr.hcl': TEMPLATE.replace('v1.11.0', 'v1.13.9'),
    'a.auto.pkrvars.hcl': 'talos_version = "v1.13.9"\n',
  }

  test('come and go in every schematic; what else stands there stays, and counts from now on', async () => {
    const files = { ...WITH, 'schematic.yaml': NOTED, 'schematic-worker.yaml': NOTED.replace('gvisor', 'tailscale') }
    const { texts } = await adapt(files, { extensions: ['siderolabs/iscsi-tools', 'siderolabs/drbd'] })
    expect(texts).toEqual({
      'schematic.yaml': NOTED.replace('gvisor', 'drbd'),
      'schematic-worker.yaml': `${NOTED.replace('gvisor', 'tailscale')}      - siderolabs/drbd\n`,
      'talos-image.yaml': expect.stringMatching(/^# .*\n\nschematic: schematic.yaml\n$/),
    })
  })

  test('go into a schematic without any', async () => {
    const files = {
      ...WITH,
      'schematic.yaml': '# mine\ncustomization: {}\n',
      'talos-image.yaml': 'schematic: x.yaml\n',
    }
    const { texts } = await adapt(files, { extensions: ['siderolabs/drbd'] })
    expect(texts).toEqual({
      'schematic.yaml':
        '# mine\ncustomization:\n  systemExtensions:\n    officialExtensions:\n      - siderolabs/drbd\n',
    })
  })

  test('stay as they are when nothing is said of them', async () => {
    expect((await adapt({ ...WITH, 'schematic.yaml': NOTED }, {})).texts).toEqual({})
  })
})

test('architectures are set in the settings file, whose projects stay', async () => {
  const settings = '# mine\nprojects:\n  - name: prod # first\narchitectures: [arm]\n'
  const files = {
    'a.auto.pkrvars.hcl': 'talos_version = "v1.13.9"\n',
    'own.pkr.hcl': TEMPLATE,
    'talos-image.yaml': settings,
  }
  expect((await adapt(files, { architectures: ['x86'] })).texts).toEqual({
    'talos-image.yaml': settings.replace('[arm]', '[x86]'),
  })
})

test('a folder with var files alone gets the template, so that it is found', async () => {
  const { texts } = await adapt({ 'a.auto.pkrvars.hcl': 'talos_version = "v1.13.9"\n' }, {})
  expect(Object.keys(texts)).toEqual(['talos-hcloud.pkr.hcl', 'requirements.pkr.hcl'])
})
