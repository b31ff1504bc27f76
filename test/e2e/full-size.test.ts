/** An image of today's real size for each architecture, in the sandbox as a user runs it. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { allocatedBytes } from 'hcloud-sandbox'
import { expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { beginsWith, countBytesBehind, factoryDisk, snapshotDisk } from '../support/disk-content.ts'
import { createWorkspace } from '../support/workspace.ts'

const MIB = 1024 * 1024
const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

it.each([
  ['x86', 'amd64', 4247, 200],
  ['arm', 'arm64', 2246, 100],
] as const)(
  'a %s image of real size is written whole, and takes no more space than its data',
  async (architecture, theirs, imageMib, dataMib) => {
    await using workspace = await createWorkspace()
    const env = { XDG_STATE_HOME: workspace.sandboxEnv.XDG_STATE_HOME }
    const args = ['build', '--arch', architecture, '--sandbox', '--manifest', 'manifest.json']
    const { code, stderr } = await runCommand(args, { cwd: workspace.root, env, timeoutMs: 150_000 })
    expect(code, stderr).toBe(0)
    const { snapshots } = JSON.parse(await readFile(join(workspace.root, 'manifest.json'), 'utf8'))
    expect(snapshots).toMatchObject([{ disk: { bytes: imageMib * MIB } }])
    const file = snapshotDisk(workspace.stateDir, snapshots[0].id)
    expect(await allocatedBytes(file)).toBeGreaterThan(dataMib * MIB * 0.9)
    expect(await allocatedBytes(file)).toBeLessThan(dataMib * MIB * 1.1)
    expect(await beginsWith(file, await factoryDisk(workspace.stateDir, GENERIC, 'v1.12.2', theirs))).toBe(true)
    expect(await countBytesBehind(file, imageMib * MIB)).toBe(0)
  },
)
