/** Directories as users have had them over the years, built as they lie there. */

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, runCommand } from '../support/command.ts'
import { readFactoryDisk } from '../support/disk-content.ts'
import { listen } from '../support/web.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const TEMPLATES = join(ROOT, 'test/fixtures/templates')
const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

const Result = v.object({
  snapshots: v.array(
    v.object({
      status: v.string(),
      description: v.string(),
      architecture: v.string(),
      labels: v.record(v.string(), v.string()),
      selector: v.string(),
      version: v.nullable(v.string()),
      installer: v.nullable(v.string()),
      source: v.object({ kind: v.string(), from: v.nullable(v.string()) }),
    }),
  ),
})
const Plan = v.object({
  talosVersion: v.string(),
  images: v.array(
    v.object({
      image: v.string(),
      description: v.string(),
      identity: v.nullable(v.string()),
      labels: v.record(v.string(), v.string()),
      placements: v.array(v.object({ serverType: v.string(), location: v.string() })),
      notes: v.array(v.string()),
      source: v.object({ kind: v.string(), from: v.string() }),
    }),
  ),
})

let workspace: Workspace
/** Serves a disk image for templates whose own cannot be reached. */
let server: Server
let serverUrl: string

beforeAll(async () => {
  workspace = await createWorkspace()
  server = createServer(async (_, response) => {
    response.end(await readFactoryDisk(workspace.stateDir, GENERIC, 'v1.12.2', 'amd64'))
  })
  serverUrl = await listen(server)
})
afterAll(async () => {
  server.close()
  await workspace[Symbol.asyncDispose]()
})

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCommand([...args, '--sandbox'], { cwd: workspace.root, env: { ...workspace.sandboxEnv, ...env } })

async function runForJson<T>(schema: v.GenericSchema<unknown, T>, args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run([...args, '--output', 'json'])
  expect(code, stderr).toBe(0)
  return v.parse(schema, JSON.parse(stdout))
}

const publicLabels = (labels: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith('talos-image/')))

describe('a directory as it is', () => {
  const classic = (arch: string, version: string) => ({
    type: 'infra',
    os: 'talos',
    version,
    arch,
    creator: 'hcloud-talos',
  })
  const described = (version: string) => [
    `Talos Linux ${version} ARM by hcloud-talos`,
    `Talos Linux ${version} x86 by hcloud-talos`,
  ]
  const relative = { os: 'talos', cluster: 'prod', talos_version: 'v1.12.2', talos_schematic_id: GENERIC.slice(0, 32) }

  it.each([
    [
      'factory',
      described('v1.11.5'),
      [classic('arm', 'v1.11.5'), classic('x86', 'v1.11.5')],
      'os=talos,!role,version=v1.11.5',
    ],
    [
      'server-types',
      described('v1.12.0'),
      [classic('arm', 'v1.12.0'), classic('x86', 'v1.12.0')],
      'os=talos,!role,version=v1.12.0',
    ],
    [
      'debian-13',
      described('v1.12.2'),
      [classic('arm', 'v1.12.2'), classic('x86', 'v1.12.2')],
      'os=talos,!role,version=v1.12.2',
    ],
    [
      'contrib',
      ['talos system disk'],
      [{ type: 'infra', os: 'talos', version: 'v1.12.2' }],
      'os=talos,!role,version=v1.12.2',
    ],
    [
      'per-architecture',
      ['Talos Linux ARM64 for prod', 'Talos Linux AMD64 for prod'],
      [relative, relative],
      `os=talos,!role,cluster=prod,talos_version=v1.12.2,talos_schematic_id=${GENERIC.slice(0, 32)}`,
    ],
  ])('%s', async (name, descriptions, labels, selector) => {
    const directory = join(TEMPLATES, name)
    const { snapshots } = await runForJson(Result, ['build', '--force', '--directory', directory])
    expect(snapshots.map(({ description }) => description)).toEqual(descriptions)
    expect(snapshots.map((snapshot) => publicLabels(snapshot.labels))).toEqual(labels)
    for (const snapshot of snapshots) {
      expect(snapshot.selector).toBe(selector)
      expect(snapshot.source).toMatchObject({ kind: 'factory', from: expect.stringMatching(/\.raw\.zst$/) })
      expect(snapshot.installer).toContain(`factory.talos.dev/hcloud-installer/${GENERIC}`)
    }
    // What is printed really selects what was built.
    const [first] = snapshots
    const picked = await run(['select', selector, '--arch', first?.architecture ?? ''])
    expect(picked.stdout).toContain(first?.description ?? 'nothing')
    // And it is there now.
    const again = await runForJson(Result, ['build', '--directory', directory])
    expect(again.snapshots.map(({ status }) => status)).toEqual(descriptions.map(() => 'existing'))
  })

  it.each(['image-urls', 'cx22'])('%s, with an image of your own', async (name) => {
    const directory = join(TEMPLATES, name)
    const vars = ['--arch', 'x86', '-var', `image_url_x86=${serverUrl}/hcloud-amd64.raw`]
    const { snapshots } = await runForJson(Result, ['build', '--directory', directory, ...vars])
    expect(snapshots).toMatchObject([{ source: { kind: 'url', from: `${serverUrl}/hcloud-amd64.raw` } }])
  })

  it('the first one, whose images are those of a release', async () => {
    const plan = ['plan', '--directory', join(TEMPLATES, 'first')]
    const { code, stdout } = await run(plan)
    expect(code).toBe(0)
    expect(stdout).toContain('/releases/download/v1.6.7/hcloud-arm64.raw.xz')
    const missing = await run([...plan, '-var', 'talos_version=v1.6.99'])
    expect(missing.code).toBe(2)
    expect(missing.stderr).toMatch(
      /first\/talos-hcloud\.pkr\.hcl:70:\d+: .*releases\/download\/v1\.6\.99\/hcloud-arm64\.raw\.xz/,
    )
  })

  it('points at a missing quote', async () => {
    const { code, stderr } = await run(['build', '--directory', join(TEMPLATES, 'missing-quote')])
    expect(code).toBe(2)
    expect(stderr).toContain('talos-hcloud.pkr.hcl:22:201: not valid HCL')
  })
})

describe("the repository's own directory", () => {
  it('comes to the same as no directory at all', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'talos-image-elsewhere-'))
    try {
      const own = await runForJson(Plan, ['plan'])
      const options = { cwd: elsewhere, env: workspace.sandboxEnv }
      const { stdout, code } = await runCommand(['plan', '--sandbox', '--output', 'json'], options)
      expect(code).toBe(0)
      const strip = (plan: v.InferOutput<typeof Plan>) =>
        plan.images.map(({ source, ...image }) => ({ ...image, from: source.from.replace(/^http:\/\/[^/]+/, '') }))
      expect(strip(own)).toEqual(strip(v.parse(Plan, JSON.parse(stdout))))
      expect(Object.keys(own.images[0]?.labels ?? {})).toEqual(['os', 'arch', 'version', 'creator', 'type'])
    } finally {
      await rm(elsewhere, { recursive: true })
    }
  })
})

describe('roles and schematics in an old directory', () => {
  async function copy(name: string): Promise<string> {
    const directory = join(workspace.root, `copy-of-${name}`)
    await cp(join(TEMPLATES, name), directory, { recursive: true })
    for (const role of ['control-plane', 'worker']) {
      await writeFile(join(directory, `schematic-${role}.yaml`), `customization:\n  extraKernelArgs: [role=${role}]\n`)
    }
    return directory
  }

  it('are put in where the template has a variable for the image', async () => {
    const { images } = await runForJson(Plan, ['plan', '--roles', '--directory', await copy('factory')])
    expect(images.map(({ image, labels: { role } }) => [image, role])).toEqual([
      ['arm control-plane', 'control-plane'],
      ['x86 control-plane', 'control-plane'],
      ['arm worker', 'worker'],
      ['x86 worker', 'worker'],
    ])
    expect(new Set(images.map(({ source }) => source.from.split('/')[4])).size).toBe(2)
    expect(images.every(({ source }) => source.from.includes('/v1.11.5/'))).toBe(true)
  })

  it('are refused where it has none', async () => {
    const directory = await copy('contrib')
    const { code, stderr } = await run(['plan', 'worker', '--directory', directory])
    expect(code).toBe(2)
    expect(stderr).toContain('the image of "talos" cannot be made from')
    expect(stderr).toContain('"image_url_x86"')
  })

  it('take latest for what it is, in labels and descriptions too', async () => {
    const { talosVersion, images } = await runForJson(Plan, [
      'plan',
      '--directory',
      join(TEMPLATES, 'factory'),
      '-var',
      'talos_version=v1.11',
    ])
    expect(talosVersion).toMatch(/^v1\.11\.\d+$/)
    for (const { labels, description } of images) {
      expect(labels.version).toBe(talosVersion)
      expect(description).toContain(talosVersion)
    }
  })
})

describe('a directory that was edited', () => {
  async function edit(change: (text: string) => string): Promise<string> {
    const directory = join(workspace.root, 'edited')
    await cp(join(TEMPLATES, 'debian-13'), directory, { recursive: true })
    const file = join(directory, 'talos-hcloud.pkr.hcl')
    const before = await readFile(file, 'utf8')
    const after = change(before)
    expect(after).not.toBe(before)
    await writeFile(file, after)
    return directory
  }

  it('is built where, and called what, it says', async () => {
    const directory = await edit((text) =>
      text
        .replace('"fsn1"', '"hel1"')
        .replace('type    = "infra"', 'team    = upper("core")')
        .replace('by hcloud-talos"', 'of ours"'),
    )
    const { images } = await runForJson(Plan, ['plan', '--directory', directory])
    expect(images[0]).toMatchObject({
      description: 'Talos Linux v1.12.2 ARM of ours',
      labels: { team: 'CORE' },
      placements: [{ location: 'hel1' }, {}, {}],
    })
    expect(images[1]).toMatchObject({
      description: 'Talos Linux v1.12.2 x86 by hcloud-talos',
      labels: { type: 'infra' },
    })
  })

  it('that names a system which is no longer there is built with another one, which is never booted', async () => {
    const directory = await edit((text) => text.replace('"debian-13"', '"debian-10"'))
    const { code, stdout, stderr } = await run(['plan', '--directory', directory])
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(
      'edited/talos-hcloud.pkr.hcl:54:18: Hetzner Cloud has no image "debian-10" for ARM servers',
    )
    expect(stdout).not.toContain('debian-10')
  })

  it('has all its mistakes told before anything is made, and a way out', async () => {
    const directory = await edit((text) =>
      text
        .replace('inline = [local.clean_up]', 'inline = ["reboot"]')
        .replace('os      = "talos"', 'os      = bcrypt("a")')
        .replace('"linux64"', 'var.nope'),
    )
    const { code, stderr } = await run(['build', '--directory', directory])
    expect(code).toBe(2)
    expect(stderr).toContain('edited/talos-hcloud.pkr.hcl:53:18: there is no variable "nope"')
    expect(stderr).toContain('edited/talos-hcloud.pkr.hcl:62:15: the function "bcrypt" is not evaluated here')
    expect(stderr).toContain('edited/talos-hcloud.pkr.hcl:98:16: unsupported command: "reboot"')
    expect(stderr).toContain('--engine packer')
    expect(stderr).not.toContain('Looking up')
  })

  it('has labels refused that the API would not take', async () => {
    const directory = await edit((text) => text.replace('type    = "infra"', 'type    = "in fra"'))
    const { code, stderr } = await run(['plan', '--directory', directory])
    expect(code).toBe(2)
    expect(stderr).toContain('61:16: "in fra" cannot be the value of the label "type"')
  })
})
