/** Packer itself with old directories: what it makes of them is what is made here. */

import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { ROOT, runCommand } from '../support/command.ts'
import { missing, named } from '../support/programs.ts'
import { startSandboxCommand } from '../support/sandbox-command.ts'
import { whyNoPort } from '../support/ssh-port.ts'

const SSH_PORT = 22
const PATIENCE_MS = 5 * 60_000
const WHY_NOT = missing('packer') ?? (await whyNoPort(SSH_PORT))

const Snapshots = v.object({
  images: v.array(v.object({ description: v.string(), labels: v.record(v.string(), v.string()) })),
})
type Snapshot = v.InferOutput<typeof Snapshots>['images'][number]

/** Without the labels of our own, which come on top. */
const comparable = (snapshots: readonly Snapshot[]): unknown[] =>
  snapshots
    .map(({ description, labels }) => {
      const entries = Object.entries(labels).filter(([name]) => !name.startsWith('talos-image/'))
      return { description, labels: Object.fromEntries(entries) }
    })
    .sort((a, b) => a.description.localeCompare(b.description))

describe.each(['server-types', 'per-architecture'])('%s', (name) => {
  const title = 'packer and talos-image make the same descriptions and labels of it'
  it.skipIf(WHY_NOT !== undefined)(named(title, WHY_NOT), { timeout: 2 * PATIENCE_MS }, async () => {
    await using sandbox = await startSandboxCommand(['--machines', 'namespace', '--ssh-port', String(SSH_PORT)], {
      TALOS_IMAGE_SANDBOX_IMAGE_MIB: '16',
    })
    const { workspace, env, look } = sandbox
    const directory = join(workspace.root, name)
    await cp(join(ROOT, 'test/fixtures/templates', name), directory, { recursive: true })
    for (const file of await readdir(directory)) {
      if (!file.endsWith('.pkr.hcl')) continue
      const text = await readFile(join(directory, file), 'utf8')
      const changed = text
        // Packers before 1.7 know Hetzner Cloud without a plugin, and cannot read the block that asks for one.
        .replace(/^packer \{[\s\S]*?^\}\n/m, '')
        // The emulated servers see no other Factory than theirs, and have no server types that were retired.
        .replaceAll('https://factory.talos.dev', String(env.TALOS_IMAGE_FACTORY_URL))
        .replaceAll('"cx22"', '"cx23"')
      await writeFile(join(directory, file), changed)
    }
    const snapshots = async (): Promise<readonly Snapshot[]> =>
      v.parse(Snapshots, await look('/images?type=snapshot')).images
    const options = { cwd: workspace.root, timeoutMs: PATIENCE_MS }
    const access = { HOME: workspace.root, HCLOUD_ENDPOINT: env.HCLOUD_ENDPOINT, HCLOUD_TOKEN: env.HCLOUD_TOKEN }

    const packer = await runCommand(['build', '-color=false', directory], {
      ...options,
      program: ['packer'],
      // It would ask its maker for news.
      env: { ...access, CHECKPOINT_DISABLE: '1' },
    })
    expect(packer.code, packer.stdout.slice(-4000) + packer.stderr).toBe(0)
    const theirs = await snapshots()
    expect(theirs).toHaveLength(2)

    const ours = await runCommand(['build', '--directory', directory], {
      ...options,
      env: { ...access, TALOS_IMAGE_FACTORY_URL: env.TALOS_IMAGE_FACTORY_URL, TALOS_IMAGE_SSH_PORT: String(SSH_PORT) },
    })
    expect(ours.code, ours.stderr).toBe(0)
    const all = await snapshots()
    const made = all.filter(({ labels }) => labels['talos-image/run'] !== undefined)
    expect(comparable(made)).toEqual(comparable(theirs))
  })
})
