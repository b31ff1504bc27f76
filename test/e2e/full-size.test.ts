/** One image of real size, 1246 MiB, in the sandbox as a user runs it. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { allocatedBytes } from 'hcloud-sandbox'
import { expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { readDisk, readFactoryDisk, snapshotDisk } from '../support/disk-content.ts'
import { createWorkspace } from '../support/workspace.ts'

const IMAGE_BYTES = 1246 * 1024 * 1024
const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

it('an image of real size is written whole, and takes no more space than its data', async () => {
  await using workspace = await createWorkspace()
  const env = { XDG_STATE_HOME: workspace.sandboxEnv.XDG_STATE_HOME }
  const args = ['build', '--arch', 'x86', '--sandbox', '--manifest', 'manifest.json']
  const { code, stderr } = await runCommand(args, { cwd: workspace.root, env, timeoutMs: 150_000 })
  expect(code, stderr).toBe(0)
  const { snapshots } = JSON.parse(await readFile(join(workspace.root, 'manifest.json'), 'utf8'))
  expect(snapshots).toMatchObject([{ disk: { bytes: IMAGE_BYTES } }])
  expect(snapshots[0].sizeGb).toBeGreaterThan(0.05)
  expect(snapshots[0].sizeGb).toBeLessThan(0.2)
  const file = snapshotDisk(workspace.stateDir, snapshots[0].id)
  expect(await allocatedBytes(file)).toBeLessThan(IMAGE_BYTES / 4)
  const disk = await readDisk(file, IMAGE_BYTES)
  expect(disk.image.equals(await readFactoryDisk(workspace.stateDir, GENERIC, 'v1.12.2', 'amd64'))).toBe(true)
  expect(disk.bytesBehind).toBe(0)
})
