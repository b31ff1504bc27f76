/** The same bad input, given to the command and to the library: the same code refuses it, in the same words. */

import { mkdir, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { PlanFlags } from '../../../src/cli/build-flags.ts'
import { parseSha256 } from '../../../src/cli/flags.ts'
import { readPlanFlags } from '../../../src/cli/request.ts'
import { parseLabel } from '../../../src/cli/server-flags.ts'
import type { Role } from '../../../src/domain.ts'
import { formatOrigin, ProblemsError } from '../../../src/errors.ts'
import { type PlanRequestOptions, readPlanRequest } from '../../../src/library/read-plan-request.ts'
import { PLAIN_SERVER } from '../../../src/plan/server-settings.ts'
import { testIo } from '../cli/fixture.ts'
import { diskImage } from '../source/fixture.ts'
import { tempDir } from '../util/temp-dir.ts'

const HEX = 'a'.repeat(64)
const TOKEN = 'b'.repeat(64)

const TEMPLATE = `source "hcloud" "talos" {
  token           = "${TOKEN}"
  image           = "debian-12"
  location        = "fsn1"
  server_type     = "cx23"
  rescue          = "linux64"
  snapshot_name   = "talos"
  snapshot_labels = { os = "talos", arch = "x86", version = "v1.12.2" }
}
build {
  sources = ["source.hcloud.talos"]
  provisioner "shell" {
    inline = ["wget -O - https://example.com/v1.12.2/hcloud-amd64.raw.xz | xz -d | dd of=/dev/sda && sync"]
  }
}
`

/** The names of options in the words of the command; the longest first. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/architectures: \['(\w+)'\]/g, '--arch $1'],
  [/\barchitectures\b/g, '--arch'],
  [/\bschematicFile\b/g, '--schematic'],
  [/\bimageFile\b/g, '--image-file'],
  [/(?<!-)\bsha256\b/g, '--sha256'],
  [/^roles\b|, roles\b/g, ', --roles'],
]
const asCommand = (text: string): string => NAMES.reduce((said, [from, to]) => said.replaceAll(from, to), text)

interface Case {
  readonly flags: Partial<PlanFlags>
  readonly role?: Role
  readonly options: PlanRequestOptions
  readonly token?: string
}

const SERVER = { kind: 'flag', name: 'server' } as const
const server = (change: Partial<typeof PLAIN_SERVER>): PlanRequestOptions => ({
  server: { ...PLAIN_SERVER, ...change },
})
const no = { value: false, origin: SERVER }

type Told = readonly [string, RegExp, Case]

const CASES: readonly Told[] = [
  [
    'a schematic, and a role',
    /is for generic images/,
    {
      flags: { schematic: 'mine.yaml' },
      role: 'worker',
      options: { schematicFile: 'mine.yaml', roles: ['worker'] },
    },
  ],
  [
    'a schematic, and every role',
    /is for generic images/,
    {
      flags: { schematic: 'mine.yaml', roles: true },
      options: { schematicFile: 'mine.yaml', roles: 'every' },
    },
  ],
  [
    'a local image, and a schematic',
    /cannot be used together/,
    {
      flags: { imageFile: '-', arch: ['arm'], schematic: 'mine.yaml' },
      options: { imageFile: '-', architectures: ['arm'], schematicFile: 'mine.yaml' },
    },
  ],
  [
    'a local image of two architectures',
    /one architecture/,
    {
      flags: { imageFile: '-' },
      options: { imageFile: '-' },
    },
  ],
  [
    'a local image that is not there',
    /none\.raw does not exist/,
    {
      flags: { imageFile: 'none.raw', arch: ['arm'] },
      options: { imageFile: 'none.raw', architectures: ['arm'] },
    },
  ],
  [
    'a pin for what is not built',
    /not built/,
    {
      flags: { arch: ['arm'], sha256: [{ architecture: 'x86', hex: HEX }] },
      options: { architectures: ['arm'], sha256: { x86: HEX } },
    },
  ],
  [
    'a pin under the name that others have for an architecture',
    /not built; Hetzner calls it "arm"/,
    {
      flags: { arch: ['arm'], sha256: JSON.parse(`[{ "architecture": "arm64", "hex": "${HEX}" }]`) },
      options: { architectures: ['arm'], sha256: JSON.parse(`{ "arm64": "${HEX}" }`) },
    },
  ],
  [
    'an architecture as others call it',
    /"arm64" is not an architecture; Hetzner calls it "arm"/,
    { flags: { arch: JSON.parse('["arm64"]') }, options: { architectures: JSON.parse('["arm64"]') } },
  ],
  [
    'an architecture that Hetzner does not have, beside one that it has',
    /"mips" is not an architecture; use arm or x86/,
    { flags: { arch: JSON.parse('["arm", "mips"]') }, options: { architectures: JSON.parse('["arm", "mips"]') } },
  ],
  [
    'a pin for every role',
    /several/,
    {
      flags: { roles: true, sha256: [{ architecture: 'x86', hex: HEX }] },
      options: { roles: 'every', sha256: { x86: HEX } },
    },
  ],
  [
    'a role without a schematic',
    /does not exist \(role wroker\)/,
    {
      flags: {},
      role: 'wroker',
      options: { roles: ['wroker'] },
    },
  ],
  [
    'a schematic that is not there',
    /does not exist \(schematic\)/,
    {
      flags: { schematic: 'none.yaml' },
      options: { schematicFile: 'none.yaml' },
    },
  ],
  [
    'a variable that is not known',
    /talos_versoin/,
    {
      flags: { var: ['talos_versoin=v1'] },
      options: { variables: { talos_versoin: 'v1' } },
    },
  ],
  [
    'a server without an address',
    /no address at all/,
    {
      flags: { ipFamily: 'none' },
      options: server({ ipv4: no, ipv6: no }),
    },
  ],
  [
    'a label that is reserved',
    /cannot be set/,
    {
      flags: { serverLabel: [parseLabel('talos-image/run=x')] },
      options: server({ labels: new Map([['talos-image/run', { value: 'x', origin: SERVER }]]) }),
    },
  ],
  ...[
    'os=other',
    'version=v1',
    'role=worker',
    'arch=x86',
    'creator=me',
    'type=mine',
    'talos-image/run=x',
    'hetzner.cloud/a=b',
  ].map((label): Told => {
    const { key, value } = parseLabel(label)
    return [
      `the label ${label} of a snapshot`,
      /^: the label ".*" of the snapshot cannot be set;/,
      { flags: { label: [{ key, value }] }, options: { labels: { [key]: value } } },
    ]
  }),
  [
    'a label of a snapshot that no label can be',
    /"a b" cannot be the value of the label "team"/,
    { flags: { label: [{ key: 'team', value: 'a b' }] }, options: { labels: { team: 'a b' } } },
  ],
  ...['', ' ', 'two\nlines', '\x1b', 'a\x1bb', '\x7f'].map((description): Told => {
    return [
      `the description ${JSON.stringify(description)}`,
      /the description is empty/,
      { flags: { description }, options: { description } },
    ]
  }),
  ...[
    [0, 4, 'write one of 1/4 to 4/4'],
    [5, 4, 'write one of 1/4 to 4/4'],
    [1, 0, 'write INDEX/COUNT, such as 1/4'],
  ].map(([index, count, hint]): Told => {
    const shard = { index: Number(index), count: Number(count) }
    return [
      `shard ${index} of ${count}`,
      new RegExp(`^: there is no shard ${index} of ${count}; .*${hint}`),
      { flags: { shard }, options: { shard } },
    ]
  }),
  [
    "a template's own token",
    /the template gives an API token of its own/,
    {
      flags: { directory: 'template' },
      options: { directory: 'template' },
    },
  ],
  [
    "a template's own token, beside another one",
    /the template gives an API token of its own/,
    {
      flags: { directory: 'template' },
      options: { directory: 'template' },
      token: 'another',
    },
  ],
  [
    'a template with a URL that is none, for what is not built',
    /^urls\/talos\.pkr\.hcl:1:.*"todo" is not a URL/,
    {
      flags: { directory: 'urls', arch: ['x86'] },
      options: { directory: 'urls', architectures: ['x86'] },
      token: TOKEN,
    },
  ],
]

async function home() {
  const dir = await tempDir()
  await mkdir(dir.file('_packer'))
  await mkdir(dir.file('template'))
  await writeFile(dir.file('_packer/schematic-worker.yaml'), 'customization: {}\n')
  await writeFile(dir.file('mine.yaml'), 'customization: {}\n')
  await writeFile(dir.file('disk.raw'), diskImage())
  await writeFile(dir.file('template/talos.pkr.hcl'), TEMPLATE)
  await mkdir(dir.file('urls'))
  await writeFile(dir.file('urls/talos.pkr.hcl'), `variable "image_url_arm" { default = "todo" }\n${TEMPLATE}`)
  return dir
}

/** `place: message; hint` of each problem; places only where they are files, since others are called differently. */
async function told(reading: Promise<unknown>): Promise<string[]> {
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error === undefined) return []
  if (!(error instanceof ProblemsError)) throw error
  return error.problems
    .filter(({ at, message }) => !(at?.kind === 'env' && message === 'there is no API token'))
    .map(
      ({ at, message, hint }) =>
        `${at?.kind === 'file' ? formatOrigin(at) : ''}: ${asCommand(message)}; ${asCommand(hint ?? '')}`,
    )
}

describe('what the command refuses, the library refuses in the same words', () => {
  test.each(CASES)('%s', async (_, message, { flags, role, options, token }) => {
    await using dir = await home()
    const env = token === undefined ? {} : { HCLOUD_TOKEN: token }
    const byCommand = await told(readPlanFlags(testIo({ cwd: dir.path, env }), { fallback: true, ...flags }, role))
    const byLibrary = await told(readPlanRequest({ cwd: dir.path, env, directory: '_packer', ...options }))
    expect(byCommand).toEqual([expect.stringMatching(message)])
    expect(byLibrary).toEqual(byCommand)
  })

  test('and both take a shard', async () => {
    const shard = { index: 2, count: 4 }
    const flags = { fallback: true, sandbox: true, shard }
    expect((await readPlanFlags(testIo({ env: {} }), flags, undefined)).shard).toEqual(shard)
    expect((await readPlanRequest({ shard })).shard).toEqual(shard)
  })

  test('and both take a SHA-256 in capital letters', async () => {
    const [pin, sha256] = [parseSha256(`x86=${HEX.toUpperCase()}`), { x86: HEX.toUpperCase() }]
    const byCommand = await readPlanFlags(
      testIo({ env: {} }),
      { fallback: true, sandbox: true, sha256: [pin] },
      undefined,
    )
    expect(byCommand.sha256).toEqual({ x86: HEX })
    expect((await readPlanRequest({ sha256 })).sha256).toEqual({ x86: HEX })
  })

  test('and both take a template whose token is the one that is used', async () => {
    await using dir = await home()
    const env = { HCLOUD_TOKEN: ` ${TOKEN}\n` }
    const flags = { fallback: true, directory: 'template' }
    expect(await told(readPlanFlags(testIo({ cwd: dir.path, env }), flags, undefined))).toEqual([])
    expect(await told(readPlanRequest({ cwd: dir.path, env, directory: 'template' }))).toEqual([])
  })
})
