/** Terraform itself, with our provider's resources, against the emulated cloud. */

import { cp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exampleIn } from '../../scripts/provider-pages.ts'
import { ROOT } from '../support/command.ts'
import { missing, named } from '../support/programs.ts'
import { type SandboxCommand, startSandboxCommand } from '../support/sandbox-command.ts'
import { prepareTerraform, REQUIRED_PROVIDERS, type Terraform } from '../support/terraform.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const WHY_NOT = missing('terraform')

const Images = v.object({
  images: v.array(
    v.object({
      id: v.number(),
      description: v.string(),
      protection: v.object({ delete: v.boolean() }),
      labels: v.record(v.string(), v.string()),
    }),
  ),
})

/** A cloud, and what tests do in it behind Terraform's back. */
interface Cloud extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
  snapshots(role?: string): Promise<v.InferOutput<typeof Images>['images']>
  /** What builds leave: nothing. */
  rest(): Promise<unknown>
  send(method: string, path: string, body?: object): Promise<unknown>
}

async function startCloud(...faults: readonly string[]): Promise<Cloud> {
  const sandbox: SandboxCommand = await startSandboxCommand(faults.flatMap((fault) => ['--fault', fault]))
  const { HCLOUD_ENDPOINT: endpoint, HCLOUD_TOKEN: token } = sandbox.env
  return {
    env: {
      ...sandbox.env,
      TALOS_IMAGE_FACTORY_EMULATES: 'https://factory.talos.dev',
      TALOS_IMAGE_SSH_PORT: String(sandbox.sshPort),
    },
    async snapshots(role) {
      const selector = role === undefined ? '' : `&label_selector=role%3D${role}`
      return v.parse(Images, await sandbox.look(`/images?type=snapshot&sort=id${selector}`)).images
    },
    rest: async () => [await sandbox.look('/servers'), await sandbox.look('/ssh_keys')],
    async send(method, path, body) {
      const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const response = await fetch(`${endpoint}${path}`, { method, headers, ...sent })
      expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true)
      return response.status === 204 ? undefined : response.json()
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}

const NOTHING_LEFT = [{ servers: [] }, { ssh_keys: [] }]

async function prepare(workspace: Workspace, cloud: Pick<Cloud, 'env'>, config: string): Promise<Terraform> {
  const terraform = await prepareTerraform(workspace, cloud.env)
  await terraform.write('main.tf', `${REQUIRED_PROVIDERS}\n${config}`)
  await terraform.ok('init')
  return terraform
}

const APPLY = ['apply', '-auto-approve'] as const
/** It exits with 2, and not with 0, when there is something to change. */
const UNCHANGED = ['plan', '-detailed-exitcode'] as const

describe.skipIf(WHY_NOT !== undefined)(named('talosimage_snapshot', WHY_NOT), { timeout: 170_000 }, () => {
  let cloud: Cloud
  beforeAll(async () => {
    cloud = await startCloud()
  }, 60_000)
  afterAll(() => cloud?.[Symbol.asyncDispose]())

  it('is built for roles and architectures at once, changed in place, mended, and destroyed', async () => {
    await using workspace = await createWorkspace()
    const { ok, run, values } = await prepare(
      workspace,
      cloud,
      `
provider "talosimage" {}
variable "team" { default = "a" }
variable "protect" { default = false }
resource "talosimage_snapshot" "image" {
  for_each = {
    for pair in setproduct(["control-plane", "worker"], ["arm", "x86"]) :
    join("-", pair) => { role = pair[0], architecture = pair[1] }
  }
  talos_version = "v1.13.9"
  architecture  = each.value.architecture
  role          = each.value.role
  labels        = { team = var.team }
  description   = "\${each.key} of \${var.team}"
  protect       = var.protect
  schematic     = "customization:\\n  systemExtensions:\\n    officialExtensions: [siderolabs/iscsi-tools]\\n"
}
`,
    )
    await ok(...APPLY)
    const built = await cloud.snapshots()
    expect(new Set(built.map(({ labels }) => labels['talos-image/run'])).size).toBe(1)
    expect(built.map(({ description }) => description).toSorted()).toEqual([
      'control-plane-arm of a',
      'control-plane-x86 of a',
      'worker-arm of a',
      'worker-x86 of a',
    ])
    expect(await cloud.rest()).toMatchObject(NOTHING_LEFT)
    const worker = (await values())['talosimage_snapshot.image["worker-x86"]']
    expect(worker).toMatchObject({
      adopted: false,
      version: 'v1.13.9',
      selector: 'os=talos,role=worker,team=a,version=v1.13.9',
      installer: expect.stringMatching(/^factory\.talos\.dev\/hcloud-installer\/[0-9a-f]{64}:v1\.13\.9$/),
      source_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    await ok(...UNCHANGED)

    expect(await ok(...APPLY, '-var', 'team=b')).toContain('0 added, 4 changed, 0 destroyed')
    const [first, second, third] = await cloud.snapshots()
    if (first === undefined || second === undefined || third === undefined) throw new Error('snapshots are missing')
    expect([first.id, first.labels.team, first.description]).toEqual([
      built[0]?.id,
      'b',
      built[0]?.description.replace('of a', 'of b'),
    ])

    await cloud.send('PUT', `/images/${first.id}`, { description: 'by hand' })
    await cloud.send('PUT', `/images/${second.id}`, { labels: { os: 'mine', extra: 'x' } })
    await cloud.send('DELETE', `/images/${third.id}`)
    const drift = await run('plan', '-var', 'team=b', '-detailed-exitcode')
    expect(drift.code).toBe(2)
    expect(drift.stdout).toMatch(/description += "by hand" -> "[\w-]+ of b"/)
    expect(drift.stdout).toMatch(/"os" += "mine" -> "talos"/)
    expect(drift.stdout).toMatch(/\+ "talos-image\/identity" += "[0-9a-f]{40}"/)
    expect(drift.stdout).toMatch(/\+ "version" += "v1\.13\.9"/)
    expect(drift.stdout).toContain('1 to add, 2 to change, 0 to destroy')
    await ok(...APPLY, '-var', 'team=b', '-var', 'protect=true')
    expect((await cloud.snapshots()).map(({ labels: { os, extra }, protection }) => [os, extra, protection])).toEqual(
      Array(4).fill(['talos', undefined, { delete: true }]),
    )

    const refused = await run('destroy', '-auto-approve', '-var', 'team=b', '-var', 'protect=true')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/is protected, so it cannot\s+be deleted/)
    await ok(...APPLY, '-var', 'team=b')
    await ok('destroy', '-auto-approve', '-var', 'team=b')
    expect(await cloud.snapshots()).toEqual([])
  })

  it('is booted, replaced, refused to be destroyed while it is in use, kept, adopted and imported', async () => {
    await using workspace = await createWorkspace()
    const { ok, fails, values, write } = await prepare(
      workspace,
      cloud,
      `
provider "talosimage" {}
variable "talos" { default = "v1.13.8" }
variable "force" { default = false }
variable "keep" { default = null }
variable "boot" { default = false }
resource "talosimage_snapshot" "gpu" {
  talos_version   = var.talos
  architecture    = "x86"
  role            = "gpu"
  force_destroy   = var.force
  keep_on_destroy = var.keep
  boot_test       = var.boot
}
`,
    )
    await ok(...APPLY)
    expect(await ok(...APPLY, '-var', 'boot=true')).toContain('0 added, 1 changed, 0 destroyed')
    await ok(...UNCHANGED, '-var', 'boot=true')
    const [old] = await cloud.snapshots('gpu')
    expect(old?.labels['talos-image/boot-tested']).toBe('v1.13.8')
    expect((await values())['talosimage_snapshot.gpu']).toMatchObject({ boot_test: true, boot_tested: 'v1.13.8' })
    expect(await cloud.rest()).toMatchObject(NOTHING_LEFT)
    const server = {
      name: 'beta',
      server_type: 'cx23',
      location: 'fsn1',
      image: String(old?.id),
      start_after_create: false,
    }
    const beta = v.parse(
      v.object({ server: v.object({ id: v.number() }) }),
      await cloud.send('POST', '/servers', server),
    )
    expect(await fails('destroy', '-auto-approve')).toMatch(
      /is in use: the server beta was made from it.*force_destroy = true/,
    )

    await ok(...APPLY, '-var', 'force=true')
    const newer = ['-var', 'talos=v1.13.9', '-var', 'keep=true', '-var', 'boot=true'] as const
    const replaced = await ok(...APPLY, '-var', 'force=true', ...newer)
    expect(replaced).toMatch(/talos_version += "v1.13.8" -> "v1.13.9" # forces replacement/)
    expect(replaced).toMatch(/keep_on_destroy = true comes too late for the snapshot \d+/)
    const [now, ...others] = await cloud.snapshots('gpu')
    expect([now?.labels.version, others]).toEqual(['v1.13.9', []])
    await cloud.send('DELETE', `/servers/${beta.server.id}`)

    await ok('destroy', '-auto-approve', ...newer)
    expect(await cloud.snapshots('gpu')).toHaveLength(1)
    expect(await ok(...APPLY, ...newer)).toContain(
      `the snapshot ${now?.id} (Talos Linux v1.13.9 x86 by hcloud-talos (gpu)) exists`,
    )
    expect((await values())['talosimage_snapshot.gpu']).toMatchObject({
      ...{ id: String(now?.id), adopted: true, boot_tested: 'v1.13.9' },
    })

    await ok('state', 'rm', 'talosimage_snapshot.gpu')
    const { images } = v.parse(Images, await cloud.send('GET', '/images?type=system'))
    const system = String(images[0]?.id)
    expect(await fails('import', 'talosimage_snapshot.gpu', system)).toContain('is no snapshot of Talos')
    await ok('import', '-var', 'talos=v1.13.9', 'talosimage_snapshot.gpu', String(now?.id))
    await ok(...UNCHANGED, '-var', 'talos=v1.13.9')

    // What is made before the old one goes takes what is there, which must not go with it.
    await write(
      'main_override.tf',
      'resource "talosimage_snapshot" "gpu" {\n  lifecycle { create_before_destroy = true }\n}\n',
    )
    await ok('taint', 'talosimage_snapshot.gpu')
    expect(await ok('plan', '-var', 'talos=v1.13.9')).toMatch(/is one that Terraform\s+has already/)
    const again = await ok(...APPLY, '-var', 'talos=v1.13.9')
    expect(again).toContain(`the snapshot ${now?.id} stays`)
    expect(await cloud.snapshots('gpu')).toHaveLength(1)
  })

  it('waits for what is known only when it is applied, the provider itself included', async () => {
    await using workspace = await createWorkspace()
    const { HCLOUD_TOKEN: token, ...env } = cloud.env
    const { ok, values } = await prepare(
      workspace,
      { env: { ...env, TF_VAR_token: token ?? '' } },
      `
variable "token" { sensitive = true }
resource "terraform_data" "later" { input = { token = var.token, version = "v1.13.9" } }
provider "talosimage" { token = terraform_data.later.output.token }
resource "talosimage_schematic" "arm" {
  schematic = { customization = { extraKernelArgs = ["console=\${terraform_data.later.output.version}"] } }
}
resource "talosimage_snapshot" "arm" {
  talos_version = terraform_data.later.output.version
  architecture  = "arm"
  role          = "later"
  schematic_id  = talosimage_schematic.arm.id
}
data "talosimage_snapshot" "arm" {
  architecture = "arm"
  selector     = talosimage_snapshot.arm.selector
}
data "talosimage_schematic" "arm" {
  schematic     = talosimage_schematic.arm.canonical
  talos_version = talosimage_snapshot.arm.version
}
data "talosimage_versions" "minor" { minor = regex("^v\\\\d+\\\\.\\\\d+", talosimage_snapshot.arm.version) }
data "talosimage_extensions" "all" { talos_version = talosimage_snapshot.arm.version }
`,
    )
    expect(await ok(...APPLY)).toContain('3 added')
    await ok(...UNCHANGED)
    const all = await values()
    const snapshot = all['talosimage_snapshot.arm']
    expect(snapshot).toMatchObject({ schematic_id: all['talosimage_schematic.arm']?.id, version: 'v1.13.9' })
    expect(all['data.talosimage_snapshot.arm']).toMatchObject({
      id: snapshot?.id,
      why: 'the only one for arm that matches "os=talos,role=later,version=v1.13.9"',
      installer: snapshot?.installer,
    })
    expect(all['data.talosimage_schematic.arm']).toMatchObject({
      id: snapshot?.schematic_id,
      installer: snapshot?.installer,
    })
    expect(all['data.talosimage_versions.minor']).toMatchObject({ latest: 'v1.13.9' })
    expect(all['data.talosimage_extensions.all']?.names).toContain('siderolabs/iscsi-tools')
    await ok('destroy', '-auto-approve')
  })

  it('tells in the plan what is wrong, all of it, and where', async () => {
    await using workspace = await createWorkspace()
    const { fails, write } = await prepare(
      workspace,
      cloud,
      `
provider "talosimage" {}
resource "talosimage_snapshot" "a" {
  talos_version = "v1.13.9"
  architecture  = "x86"
  server_type   = "cx24"
  location      = "fsn2"
  schematic     = <<-EOT
    customization:
      systemExtensions:
        officialExtensions:
          - siderolabs/iscsi-tool
  EOT
}
resource "talosimage_snapshot" "b" {
  talos_version = "v1.13.77"
  architecture  = "arm"
}
data "talosimage_snapshot" "none" {
  architecture = "x86"
  role         = "nothing"
}
`,
    )
    const said = await fails('plan')
    for (const text of [
      /no server type "cx24".*on main.tf line 14.*Did you mean "cx23"/,
      /no location "fsn2".*on main.tf line 15/,
      /no system extension "siderolabs\/iscsi-tool".*on main.tf line 16.*Line 4, column 9. Did you mean "siderolabs\/iscsi-tools"/,
      /no Talos v1\.13\.77.*on main.tf line 24/,
      /no x86 snapshot matches "os=talos,role=nothing"/,
    ]) {
      expect(said).toMatch(text)
    }
    // What needs no look-up is told before the rest.
    await write(
      'c.tf',
      `resource "talosimage_snapshot" "c" {
  talos_version = "v1.13.9"
  architecture  = "arm"
  labels = {
    os = "mine"
    a  = null
  }
  timeouts = {
    create = "soon"
  }
}
`,
    )
    expect(await fails('validate')).toMatch(
      /label "os".*on c.tf line 5.*label "a" has no value.*on c.tf line 6.*"soon" is not a time.*on c.tf line 9/,
    )
    expect(await cloud.rest()).toMatchObject(NOTHING_LEFT)
  })

  it('is tried by terraform test', async () => {
    await using workspace = await createWorkspace()
    const terraform = await prepare(
      workspace,
      cloud,
      `
provider "talosimage" {}
resource "talosimage_snapshot" "tried" {
  talos_version = "v1.13.9"
  architecture  = "x86"
  role          = "tried"
}
`,
    )
    await terraform.write(
      'tests/snapshot.tftest.hcl',
      `
run "builds" {
  assert {
    condition     = talosimage_snapshot.tried.selector == "os=talos,role=tried,version=v1.13.9"
    error_message = "another selector"
  }
}
`,
    )
    expect(await terraform.ok('test')).toContain('1 passed, 0 failed')
    expect(await cloud.snapshots('tried')).toEqual([])
  })
})

describe.skipIf(WHY_NOT !== undefined)(named('what the pages say', WHY_NOT), { timeout: 170_000 }, () => {
  it('is valid, and the text of README.md builds in the sandbox as it stands', async () => {
    await using workspace = await createWorkspace()
    const { write, ok, folder } = await prepareTerraform(workspace, workspace.sandboxEnv)
    await cp(join(ROOT, 'registry', 'examples'), folder, { recursive: true })
    await write('main.tf', exampleIn(await readFile(join(ROOT, 'README.md'), 'utf8')))
    await ok('fmt', '-check', '-diff')
    await ok('init')
    await ok('validate')
    for (const name of await readdir(folder)) if (/^(resource|data)-/.test(name)) await rm(join(folder, name))
    expect(await ok(...APPLY)).toContain('2 added, 0 changed, 0 destroyed')
    expect(JSON.parse(await ok('output', '-json', 'talos_image_ids'))).toEqual({
      arm: expect.stringMatching(/^\d+$/),
      x86: expect.stringMatching(/^\d+$/),
    })
    await ok(...UNCHANGED)
  })
})

describe.skipIf(WHY_NOT !== undefined)(named('Ctrl-C', WHY_NOT), { timeout: 170_000 }, () => {
  it('removes all that was made, before Terraform ends', async () => {
    await using cloud = await startCloud('ssh refuse')
    await using workspace = await createWorkspace()
    const { start, values } = await prepare(
      workspace,
      cloud,
      `
provider "talosimage" {}
resource "talosimage_snapshot" "never" {
  for_each      = toset(["arm", "x86"])
  talos_version = "v1.13.9"
  architecture  = each.key
}
`,
    )
    await using apply = start(...APPLY)
    const Servers = v.object({ servers: v.array(v.object({ status: v.string() })) })
    await expect
      .poll(async () => v.parse(Servers, await cloud.send('GET', '/servers')).servers.length, { timeout: 60_000 })
      .toBe(2)
    apply.interrupt()
    const { code, stdout, stderr } = await apply.result
    expect([code, stdout]).toEqual([1, expect.stringContaining('Gracefully shutting down')])
    expect(stderr).toMatch(/interrupted\s+.*What was made for it is removed\./s)
    expect(await cloud.rest()).toMatchObject(NOTHING_LEFT)
    expect(await cloud.snapshots()).toEqual([])
    expect(await values()).toEqual({})
  })
})
