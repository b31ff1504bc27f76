/** `_packer/create.sh`, as its users know it, in a package that comes built. */

import { symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PLACEHOLDER_MARKER } from 'hcloud-sandbox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CloudState, readCloudState, type StoredImage } from '../support/cloud-state.ts'
import { CLI, type CommandResult, runCommand } from '../support/command.ts'
import { dataHash } from '../support/data-hash.ts'
import { readDisk, readFactoryDisk, snapshotDisk } from '../support/disk-content.ts'
import { publicLabels } from '../support/project.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const IMAGE_BYTES = 16 * 1024 * 1024
/** An empty schematic, and those of `_packer`; see packages/talos-schematic/test/schematic-ids.json for where such IDs come from. */
const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

const GPU_SCHEMATIC = `customization:
  systemExtensions:
    officialExtensions: [siderolabs/nvidia-container-toolkit-lts]
`

let workspace: Workspace
let steps: Record<'generic' | 'roles' | 'controlPlane' | 'worker' | 'gpuWorker' | 'all', CommandResult>
let state: CloudState

beforeAll(async () => {
  workspace = await createWorkspace()
  await symlink(dirname(CLI), join(workspace.root, 'dist'))
  const createSh = (...args: string[]): Promise<CommandResult> =>
    runCommand([...args, '--sandbox'], {
      program: [join(workspace.root, '_packer', 'create.sh')],
      cwd: workspace.root,
      env: workspace.sandboxEnv,
      timeoutMs: 120_000,
    })
  const gpu = join(workspace.root, '_packer', 'schematic-gpu-worker.yaml')
  steps = {
    generic: await createSh(),
    roles: await createSh('--roles'),
    controlPlane: await createSh('control-plane'),
    worker: await createSh('worker'),
    gpuWorker: await writeFile(gpu, GPU_SCHEMATIC).then(() => createSh('gpu-worker')),
    all: await createSh('--roles', '--dry-run'),
  }
  state = await readCloudState(workspace.stateDir)
})

afterAll(async () => workspace[Symbol.asyncDispose]())

const expected = [
  ['arm', undefined, 'ARM'],
  ['x86', undefined, 'x86'],
  ['arm', 'control-plane', 'ARM'],
  ['x86', 'control-plane', 'x86'],
  ['arm', 'worker', 'ARM'],
  ['x86', 'worker', 'x86'],
  ['arm', 'gpu-worker', 'ARM'],
  ['x86', 'gpu-worker', 'x86'],
] as const

function find(arch: string, role: string | undefined): StoredImage {
  const found = state.images.filter(({ labels }) => labels.arch === arch && labels.role === role)
  expect(found).toHaveLength(1)
  const [image] = found
  if (image === undefined) throw new Error('none')
  return image
}

function schematicOf({ labels }: StoredImage): string {
  return `${labels['talos-image/schematic']}${labels['talos-image/schematic-rest']}`
}

describe('create.sh --sandbox', () => {
  it('makes two snapshots, with --roles four more, and then finds them', () => {
    expect(Object.values(steps).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0])
    expect(state.images).toHaveLength(8)
    for (const [step, role] of [
      [steps.controlPlane, 'control-plane'],
      [steps.worker, 'worker'],
    ] as const) {
      for (const arch of ['arm', 'x86']) {
        const { id } = find(arch, role)
        expect(step.stdout).toMatch(new RegExp(`^${id} .* existing `, 'm'))
        expect(step.stderr).toContain(`skip, snapshot ${id} is the same`)
      }
    }
  })

  it('builds a role of the user, whose file alone makes it one', () => {
    expect(steps.gpuWorker.stdout).toContain('data "hcloud_image" "talos_gpu_worker_x86"')
    expect(steps.gpuWorker.stdout).toMatch(/"os=talos,role=gpu-worker,version=v1\.12\.2"/)
    const planned = [...steps.all.stdout.matchAll(/^ {2}(\S+ \S+): skip/gm)].map(([, name]) => name)
    const roles = ['control-plane', 'worker', 'gpu-worker']
    expect(planned).toEqual(roles.flatMap((role) => [`arm ${role}`, `x86 ${role}`]))
  })

  it('says on standard output what was made, and on standard error what goes on', () => {
    const { stdout, stderr } = steps.roles
    expect(stdout).toContain('control_plane_image_selector = "os=talos,role=control-plane,version=v1.12.2"')
    expect(stdout).toContain('worker_image_selector        = "os=talos,role=worker,version=v1.12.2"')
    expect(stdout).not.toContain('...')
    expect(stderr).toMatch(/\[arm control-plane\] done: snapshot \d+/)
    expect(stderr).toContain('nothing real is touched')
  })

  it.each(expected)('labels and describes %s %s', (arch, role, word) => {
    const image = find(arch, role)
    expect(publicLabels(image.labels)).toEqual({
      os: 'talos',
      arch,
      version: 'v1.12.2',
      creator: 'hcloud-talos',
      type: 'infra',
      ...(role === undefined ? {} : { role }),
    })
    const own = Object.keys(image.labels).filter((key) => key.startsWith('talos-image/'))
    expect(own.toSorted()).toEqual([
      'talos-image/data-blake2b',
      'talos-image/identity',
      'talos-image/run',
      'talos-image/schematic',
      'talos-image/schematic-rest',
      'talos-image/source-sha256',
      'talos-image/version',
    ])
    const suffix = role === undefined ? '' : ` (${role})`
    expect(image.description).toBe(`Talos Linux v1.12.2 ${word} by hcloud-talos${suffix}`)
    expect(image.architecture).toBe(arch)
  })

  it('gives each role a schematic of its own', () => {
    const ids = expected.map(([arch, role]) => schematicOf(find(arch, role)))
    expect(ids[0]).toBe(GENERIC)
    expect(new Set(ids).size).toBe(4)
  })

  it.each(expected)('puts the very disk of the Factory on %s %s, and nothing else', async (arch, role) => {
    const image = find(arch, role)
    const architecture = arch === 'arm' ? 'arm64' : 'amd64'
    const wanted = await readFactoryDisk(workspace.stateDir, schematicOf(image), 'v1.12.2', architecture)
    expect(wanted).toHaveLength(IMAGE_BYTES)
    const disk = await readDisk(snapshotDisk(workspace.stateDir, image.id), IMAGE_BYTES)
    expect(disk.image.equals(wanted)).toBe(true)
    expect(disk.bytesBehind).toBe(0)
    expect(disk.image.includes(PLACEHOLDER_MARKER.trim())).toBe(false)
    expect(image.labels['talos-image/data-blake2b']).toBe(dataHash(wanted).slice(0, 32))
  })

  it('leaves no server and no key', () => {
    expect(state).toMatchObject({ servers: [], sshKeys: [] })
  })
})
