/** A sandbox that both tools work in, with machines of one kind and the latencies of a real cloud. */

import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Architecture, Role } from '../../src/domain.ts'
import { runCommand } from '../../test/support/command.ts'
import { type SandboxCommand, startSandboxCommand } from '../../test/support/sandbox-command.ts'
import { CACHE_ENV } from './cache.ts'

/** The old template says nothing of a port. */
const SSH_PORT = 22
/** Longer than all that happens in one scene. */
const SCENE_MS = 60 * 60_000
const VERSION = 'v1.12.2'
const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
/** What the Factory's disk of that version has for x86; it has 2246 MiB for ARM. */
export const IMAGE_MIB = 4247

type Suffix = 'zst' | 'xz'

export interface Scene extends AsyncDisposable {
  readonly sandbox: SandboxCommand
  /** Where the user's `_packer` is. */
  readonly directory: string
  /** Environment that points both tools at the sandbox. */
  readonly env: Readonly<Record<string, string>>
  /** The address of an asset that the Factory has made already. */
  assetUrl(role: Role | undefined, architecture: Architecture, suffix: Suffix): string
  /** Removes all snapshots, so that the next build has something to do. */
  reset(): Promise<void>
}

const Images = v.object({ images: v.array(v.object({ id: v.number() })) })

/** What is built in a scene, and so what its Factory has made before. */
export interface Wanted {
  /** undefined stands for the generic image. */
  readonly roles: readonly (Role | undefined)[]
  readonly architectures: readonly Architecture[]
  /** Of the assets that are downloaded. */
  readonly suffixes: readonly Suffix[]
}

/** Starts it and lets its Factory make every asset, as it would have after the first build anywhere in the world. */
export async function openScene(
  machines: 'qemu' | 'namespace',
  { roles, architectures, suffixes }: Wanted,
): Promise<Scene> {
  const sandbox = await startSandboxCommand(
    ['--machines', machines, '--latency', 'realistic', '--ssh-port', String(SSH_PORT)],
    // Disks as the Factory makes them, not the small ones of tests.
    { ...CACHE_ENV, TALOS_IMAGE_SANDBOX_IMAGE_MIB: '' },
    SCENE_MS,
  )
  const { workspace } = sandbox
  const directory = join(workspace.root, '_packer')
  // Packers before 1.7 know Hetzner Cloud without a plugin, and cannot read the block that asks for one.
  await rm(join(directory, 'requirements.pkr.hcl'))
  const schematics = new Map<Role | undefined, string>([[undefined, GENERIC]])
  for (const role of roles) if (role !== undefined) schematics.set(role, await submit(sandbox, directory, role))
  const assetUrl: Scene['assetUrl'] = (role, architecture, suffix) =>
    `${sandbox.env.TALOS_IMAGE_FACTORY_URL}/image/${schematics.get(role)}/${VERSION}/hcloud-${architecture === 'arm' ? 'arm64' : 'amd64'}.raw.${suffix}`
  for (const role of roles) {
    for (const architecture of architectures) {
      for (const suffix of suffixes) {
        const { ok, status } = await fetch(assetUrl(role, architecture, suffix), { method: 'HEAD' })
        if (!ok) throw new Error(`the Factory answered ${status}`)
      }
    }
  }
  await checkSize(assetUrl(undefined, 'x86', 'zst'))
  return {
    sandbox,
    directory,
    env: { ...sandbox.env, TALOS_IMAGE_SSH_PORT: String(sandbox.sshPort) },
    assetUrl,
    async reset() {
      const { images } = v.parse(Images, await sandbox.look('/images?type=snapshot'))
      const headers = { Authorization: `Bearer ${sandbox.env.HCLOUD_TOKEN}` }
      for (const { id } of images)
        await fetch(`${sandbox.env.HCLOUD_ENDPOINT}/images/${id}`, { method: 'DELETE', headers })
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}

/** What is measured must be what the page says. */
async function checkSize(zstUrl: string): Promise<void> {
  const { headers } = await fetch(zstUrl.replace(/\.zst$/, ''), { method: 'HEAD' })
  const mib = Number(headers.get('content-length')) / (1 << 20)
  if (mib !== IMAGE_MIB) throw new Error(`the Factory's disk has ${mib} MiB, not ${IMAGE_MIB}`)
}

async function submit({ env }: SandboxCommand, directory: string, role: Role): Promise<string> {
  const file = join(directory, `schematic-${role}.yaml`)
  const { stdout } = await runCommand(['schematic', 'id', file], { cwd: directory })
  await fetch(`${env.TALOS_IMAGE_FACTORY_URL}/schematics`, { method: 'POST', body: await readFile(file) })
  return stdout.trim()
}
