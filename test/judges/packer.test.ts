/** Packer itself, with the template as users have it, on emulated servers of both kinds. */

import { open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { QEMU_ENV, WHY_NOT as WHY_NO_QEMU } from '../../packages/hcloud-sandbox/test/machines/qemu/fixture.ts'
import { runCommand } from '../support/command.ts'
import { readFactoryDisk, snapshotDisk } from '../support/disk-content.ts'
import { missing, named } from '../support/programs.ts'
import { startSandboxCommand } from '../support/sandbox-command.ts'
import { whyNoPort } from '../support/ssh-port.ts'

/** The template says nothing of a port, so the machines must have the usual one. */
const SSH_PORT = 22
const MIB = 1024 * 1024
const IMAGE_MIB = 24
const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
const VERSION = 'v1.12.2'
/** Two machines side by side on two cores without KVM take half a minute (2026); other work may come between. */
const PATIENCE_MS = 5 * 60_000

const ARCHITECTURES = [
  { ours: 'arm', theirs: 'arm64', title: 'ARM' },
  { ours: 'x86', theirs: 'amd64', title: 'x86' },
] as const

const WHY_NOT = missing('packer') ?? (await whyNoPort(SSH_PORT))
const KINDS = [
  { machines: 'qemu', why: WHY_NO_QEMU ?? WHY_NOT },
  { machines: 'namespace', why: WHY_NOT },
] as const

const Snapshots = v.object({
  images: v.array(
    v.object({
      id: v.number(),
      description: v.string(),
      labels: v.record(v.string(), v.string()),
      disk_size: v.number(),
    }),
  ),
})
const MANIFEST = 'packer-manifest.json'
const Manifest = v.looseObject({
  builds: v.array(v.looseObject({ name: v.string(), artifact_id: v.string(), packer_run_uuid: v.string() })),
  last_run_uuid: v.string(),
})
const SHAPE = {
  name: expect.stringMatching(/^talos-(arm|x86)$/),
  builder_type: 'hcloud',
  build_time: expect.any(Number),
  files: null,
  artifact_id: expect.stringMatching(/^\d+$/),
  packer_run_uuid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  custom_data: null,
}
const Leftovers = v.object({ servers: v.optional(v.array(v.unknown())), ssh_keys: v.optional(v.array(v.unknown())) })

describe.each(KINDS)('on $machines machines', ({ machines, why }) => {
  const title = 'packer makes both snapshots out of the template, and leaves nothing else'
  it.skipIf(why !== undefined)(named(title, why), { timeout: 2 * PATIENCE_MS }, async () => {
    await using sandbox = await startSandboxCommand(['--machines', machines, '--ssh-port', String(SSH_PORT)], {
      ...QEMU_ENV,
      TALOS_IMAGE_SANDBOX_IMAGE_MIB: String(IMAGE_MIB),
    })
    const { workspace, env, look } = sandbox
    // Packers before 1.7 know Hetzner Cloud without a plugin, and cannot read the block that asks for one.
    await rm(join(workspace.root, '_packer', 'requirements.pkr.hcl'))
    const template = join(workspace.root, '_packer', 'talos-hcloud.pkr.hcl')
    const plain = await readFile(template)
    await askForManifest(template)
    const factory = `${env.TALOS_IMAGE_FACTORY_URL}/image/${GENERIC}/${VERSION}`
    const urls = ARCHITECTURES.flatMap(({ ours, theirs }) => [
      '-var',
      `image_url_${ours}=${factory}/hcloud-${theirs}.raw.xz`,
    ])
    const { code, stdout, stderr } = await runCommand(['build', '-color=false', ...urls, '_packer'], {
      cwd: workspace.root,
      program: ['packer'],
      env: {
        HOME: workspace.root,
        // It would ask its maker for news.
        CHECKPOINT_DISABLE: '1',
        HCLOUD_ENDPOINT: env.HCLOUD_ENDPOINT,
        HCLOUD_TOKEN: env.HCLOUD_TOKEN,
      },
      timeoutMs: PATIENCE_MS,
    })
    expect(code, stdout.slice(-4000) + stderr).toBe(0)

    const { images } = v.parse(Snapshots, await look('/images?type=snapshot'))
    expect(images).toHaveLength(ARCHITECTURES.length)
    for (const { ours, theirs, title } of ARCHITECTURES) {
      const image = images.find(({ labels }) => labels.arch === ours)
      expect(image).toMatchObject({
        description: `Talos Linux ${VERSION} ${title} by hcloud-talos`,
        labels: { os: 'talos', arch: ours, version: VERSION, creator: 'hcloud-talos', type: 'infra' },
        disk_size: 40,
      })
      const wanted = await readFactoryDisk(workspace.stateDir, GENERIC, VERSION, theirs)
      expect(wanted.length).toBe(IMAGE_MIB * MIB)
      // Behind it there is what was on the disk before: Packer's way overwrites nothing else.
      const disk = await readFront(snapshotDisk(workspace.stateDir, image?.id ?? 0), wanted.length)
      expect(disk.equals(wanted)).toBe(true)
    }
    expect(v.parse(Leftovers, await look('/servers'))).toEqual({ servers: [] })
    expect(v.parse(Leftovers, await look('/ssh_keys'))).toEqual({ ssh_keys: [] })

    const theirs = await readManifest(workspace.root)
    await writeFile(template, plain)
    expect(theirs.builds.map(({ artifact_id: id }) => Number(id)).toSorted()).toEqual(images.map(({ id }) => id))
    const args = ['build', '--packer-manifest', MANIFEST, '--ssh-port', String(SSH_PORT)]
    const ours = await runCommand(args, { cwd: workspace.root, env, timeoutMs: PATIENCE_MS })
    expect(ours.code, ours.stderr).toBe(0)
    const both = await readManifest(workspace.root)
    expect(both.builds.slice(0, 2)).toEqual(theirs.builds)
    // Of the same names, of the same shape, and with fields in the same order.
    const [first, second] = both.builds.slice(2)
    expect([first?.name, second?.name].toSorted()).toEqual(theirs.builds.map(({ name }) => name).toSorted())
    expect(Object.keys(both)).toEqual(Object.keys(theirs))
    for (const build of both.builds) {
      expect(Object.keys(build)).toEqual(Object.keys(theirs.builds[0] ?? {}))
      expect({ ...build, custom_data: null }).toEqual(SHAPE)
    }
    expect([first?.packer_run_uuid, second?.packer_run_uuid]).toEqual([both.last_run_uuid, both.last_run_uuid])
  })
})

/** Lets Packer write down what it makes. */
async function askForManifest(template: string): Promise<void> {
  const text = await readFile(template, 'utf8')
  const block = `  post-processor "manifest" {\n    output = "${MANIFEST}"\n  }\n`
  await writeFile(template, text.replaceAll(/(inline = \[local\.clean_up\]\n {2}\}\n)/g, `$1${block}`))
}

const readManifest = async (root: string): Promise<v.InferOutput<typeof Manifest>> =>
  v.parse(Manifest, JSON.parse(await readFile(join(root, MANIFEST), 'utf8')))

async function readFront(path: string, bytes: number): Promise<Buffer> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
  return buffer.subarray(0, bytesRead)
}
