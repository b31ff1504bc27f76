/** Snapshots of two clusters in one project: what one needs is never deleted for the other. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../support/command.ts'
import { parseDocument } from '../support/documents.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

/** After the layout of modules that label a snapshot with its cluster, and call the version `talos_version`. */
const template = (version: string): string => `
variable "cluster_name" {
  type = string
}
source "hcloud" "talos" {
  rescue        = "linux64"
  image         = "debian-13"
  location      = "fsn1"
  server_type   = "cx23"
  ssh_username  = "root"
  snapshot_name = "Talos of \${var.cluster_name}"
  snapshot_labels = {
    os            = "talos"
    cluster       = var.cluster_name
    talos_version = "${version}"
  }
}
build {
  sources = ["source.hcloud.talos"]
  provisioner "shell" {
    inline = ["curl -fsSL https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/${version}/hcloud-amd64.raw.xz | xz -dc | dd of=/dev/sda bs=1M"]
  }
}
`

let workspace: Workspace
const ids: Record<string, string> = {}

async function run(...args: string[]): Promise<CommandResult> {
  const result = await runCommand([...args, '--sandbox'], { cwd: workspace.root, env: workspace.sandboxEnv })
  expect(result.code, result.stderr).toBe(0)
  return result
}

async function build(name: string, cluster: string, version: string): Promise<void> {
  await workspace.write('clusters/talos.pkr.hcl', template(version))
  const { stdout } = await run('build', '--directory', 'clusters', '--var', `cluster_name=${cluster}`, '-o', 'json')
  const { snapshots } = JSON.parse(stdout)
  expect(snapshots).toMatchObject([{ status: 'built', version, labels: { cluster } }])
  ids[name] = String(snapshots[0].id)
}

/** The IDs that stay, and those that go. */
async function prune(...flags: string[]): Promise<{ readonly deleted: readonly string[]; readonly reasons: string }> {
  const { stdout } = await run('prune', ...flags, '-o', 'json')
  const { deleted, snapshots } = parseDocument('prune', stdout)
  return { deleted: deleted.map(({ id }) => String(id)), reasons: snapshots.map(({ reason }) => reason).join('\n') }
}

beforeAll(async () => {
  workspace = await createWorkspace()
  await build('alpha', 'alpha', 'v1.11.5')
  // The same disk, and yet not the same snapshot.
  await build('beta', 'beta', 'v1.11.5')
})
afterAll(() => workspace[Symbol.asyncDispose]())

describe('snapshots of two clusters', () => {
  it('survive each other, however they are pruned', async () => {
    for (const flags of [
      ['--keep', '1'],
      ['--older-than', '0h'],
      ['--keep', '1', '--older-than', '0h'],
    ]) {
      expect((await prune(...flags, '--yes')).deleted).toEqual([])
    }
    expect((await prune('--keep', '1')).reasons).toContain('the newest generic x86 (cluster=alpha)')
  })

  it('have a version, whatever its label is called', async () => {
    expect((await run('list', '--version', 'v1.11')).stdout.match(/ v1\.11\.5 /g)).toHaveLength(2)
    expect(parseDocument('outdated', (await run('outdated', '-o', 'json')).stdout).snapshots).toMatchObject([
      { version: 'v1.11.5', series: { os: 'talos', cluster: 'alpha' } },
      { version: 'v1.11.5', series: { os: 'talos', cluster: 'beta' } },
    ])
  })

  it('are replaced one by one', async () => {
    await build('newer', 'alpha', 'v1.12.2')
    expect((await prune('--keep', '1', '--label', 'cluster=beta', '--yes')).deleted).toEqual([])
    expect((await prune('--keep', '1', '--label', 'cluster', '--yes')).deleted).toEqual([ids.alpha])
    const { stdout } = await run('list')
    expect([stdout.includes(ids.beta ?? '?'), stdout.includes(ids.newer ?? '?')]).toEqual([true, true])
  })

  it('are told apart when a selector matches both', async () => {
    const { stderr } = await run('select', 'os=talos', '--arch', 'x86')
    expect(stderr).toContain('say which is meant: "os=talos,cluster=alpha" or "os=talos,cluster=beta"')
  })
})
