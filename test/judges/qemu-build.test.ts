/** Our own command on machines in QEMU, with disks as large as those of real servers. */

import { stat } from 'node:fs/promises'
import * as v from 'valibot'
import { expect, it } from 'vitest'
import { QEMU_ENV, WHY_NOT } from '../../packages/hcloud-sandbox/test/machines/qemu/fixture.ts'
import { runCommand } from '../support/command.ts'
import { readDisk, readFactoryDisk, snapshotDisk } from '../support/disk-content.ts'
import { named } from '../support/programs.ts'
import { createWorkspace } from '../support/workspace.ts'

const MIB = 1024 * 1024
/** Enough to boot. */
const IMAGE_MIB = 40
const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
const GB = 1024 ** 3
/** Reading two disks of 40 GB back on two cores without KVM takes minutes; other work may come between. */
const PATIENCE_MS = 10 * 60_000

const Verdict = v.object({ verdict: v.string() })
const Report = v.object({
  snapshots: v.array(
    v.object({
      id: v.number(),
      architecture: v.picklist(['arm', 'x86']),
      bootTest: v.object({ booted: v.boolean(), facts: v.record(v.string(), Verdict) }),
    }),
  ),
})

it.skipIf(WHY_NOT !== undefined)(
  named('build makes both images on machines in QEMU, byte for byte, with zeros up to the end, and they boot', WHY_NOT),
  { timeout: PATIENCE_MS + 60_000 },
  async () => {
    await using workspace = await createWorkspace()
    const { code, stdout, stderr } = await runCommand(
      ['build', '--sandbox', '--machines', 'qemu', '--boot-test', '--output', 'json'],
      {
        cwd: workspace.root,
        env: { ...workspace.sandboxEnv, ...QEMU_ENV, TALOS_IMAGE_SANDBOX_IMAGE_MIB: String(IMAGE_MIB) },
        timeoutMs: PATIENCE_MS,
      },
    )
    expect(code, stderr).toBe(0)
    const { snapshots } = v.parse(Report, JSON.parse(stdout))
    expect(snapshots.map(({ architecture }) => architecture).sort()).toEqual(['arm', 'x86'])
    for (const { id, architecture, bootTest } of snapshots) {
      expect(bootTest.booted).toBe(true)
      const { platform, schematic, server } = bootTest.facts
      expect([platform, schematic, server].map((fact) => fact?.verdict)).toEqual(['proven', 'proven', 'proven'])
      const file = snapshotDisk(workspace.stateDir, id)
      const disk = await readDisk(file, IMAGE_MIB * MIB)
      const wanted = await readFactoryDisk(
        workspace.stateDir,
        GENERIC,
        'v1.12.2',
        architecture === 'arm' ? 'arm64' : 'amd64',
      )
      expect(disk.image.equals(wanted)).toBe(true)
      expect([disk.bytesBehind, (await stat(file)).size]).toEqual([0, 40 * GB])
    }
  },
)
