/** Both engines, one result: the same images on real machines, and what can be seen of them afterwards. */

import * as v from 'valibot'
import { expect, it } from 'vitest'
import { QEMU_ENV, WHY_NOT as WHY_NO_QEMU } from '../../packages/hcloud-sandbox/test/machines/qemu/fixture.ts'
import { runCommand } from '../support/command.ts'
import { readDisk, readFactoryDisk, snapshotDisk } from '../support/disk-content.ts'
import { missing, named } from '../support/programs.ts'
import { publicLabels } from '../support/project.ts'
import { startSandboxCommand } from '../support/sandbox-command.ts'

const WHY_NOT = WHY_NO_QEMU ?? missing('packer')
const MIB = 1024 * 1024
const IMAGE_MIB = 24
const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
const VERSION = 'v1.12.2'
/** Two machines side by side on two cores without KVM take half a minute (2026); other work may come between. */
const PATIENCE_MS = 5 * 60_000

const Built = v.object({
  snapshots: v.array(
    v.looseObject({
      id: v.number(),
      architecture: v.picklist(['arm', 'x86']),
      labels: v.record(v.string(), v.string()),
      verified: v.boolean(),
    }),
  ),
  failed: v.array(v.unknown()),
  leftovers: v.array(v.unknown()),
})
const Left = v.object({ servers: v.optional(v.array(v.unknown())), ssh_keys: v.optional(v.array(v.unknown())) })

it.skipIf(WHY_NOT !== undefined)(named('both engines make the same snapshots', WHY_NOT), async () => {
  // The machines answer on any port, which the template says nothing of.
  await using sandbox = await startSandboxCommand(
    ['--machines', 'qemu'],
    { ...QEMU_ENV, TALOS_IMAGE_SANDBOX_IMAGE_MIB: String(IMAGE_MIB) },
    4 * PATIENCE_MS,
  )
  const { workspace } = sandbox
  const build = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(
      ['build', '--sandbox', '--machines', 'qemu', '--output', 'json', ...args],
      {
        cwd: workspace.root,
        env: {
          ...workspace.sandboxEnv,
          ...QEMU_ENV,
          TALOS_IMAGE_SANDBOX_IMAGE_MIB: String(IMAGE_MIB),
          HOME: workspace.root,
        },
        timeoutMs: PATIENCE_MS,
      },
    )
    expect(code, stderr).toBe(0)
    return v.parse(Built, JSON.parse(stdout))
  }
  const native = await build()
  const packer = await build('--engine', 'packer')

  expect(native.snapshots.map(({ verified }) => verified)).toEqual([true, true])
  expect(packer.snapshots.map(({ verified }) => verified)).toEqual([false, false])
  expect(packer.snapshots.map(visible)).toEqual(native.snapshots.map(visible))
  for (const [index, { id, architecture }] of native.snapshots.entries()) {
    const theirs = architecture === 'arm' ? 'arm64' : 'amd64'
    const wanted = await readFactoryDisk(workspace.stateDir, GENERIC, VERSION, theirs)
    const ours = await readDisk(snapshotDisk(workspace.stateDir, id), IMAGE_MIB * MIB)
    const other = await readDisk(snapshotDisk(workspace.stateDir, packer.snapshots[index]?.id ?? 0), IMAGE_MIB * MIB)
    expect(ours.image.equals(wanted)).toBe(true)
    expect(other.image.equals(ours.image)).toBe(true)
    // Packer's way overwrites nothing behind the image, where the placeholder system was.
    expect(ours.bytesBehind).toBe(0)
    expect(other.bytesBehind).toBeGreaterThan(0)
  }
  expect(v.parse(Left, await sandbox.look('/servers'))).toEqual({ servers: [] })
  expect(v.parse(Left, await sandbox.look('/ssh_keys'))).toEqual({ ssh_keys: [] })
})

/** What a user sees of a snapshot, save for what differs by nature: IDs, times, sizes, and what only one engine knows. */
function visible(snapshot: v.InferOutput<typeof Built>['snapshots'][number]) {
  const { description, architecture, role, version, diskGb, schematic, installer, status, selector } = snapshot
  return {
    labels: publicLabels(snapshot.labels),
    description,
    architecture,
    role,
    version,
    diskGb,
    schematic,
    installer,
    status,
    selector,
  }
}
