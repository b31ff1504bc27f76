/** An emulated cloud in this process, for the one that is measured. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeToken, type Sandbox, type SandboxOptions, startSandbox } from 'hcloud-sandbox'
import { ownLabels, publicLabels } from '../../src/plan/labels.ts'

const MIB = 1024 * 1024

export interface Cloud extends AsyncDisposable {
  readonly sandbox: Sandbox
  /** Points a program at it. */
  readonly env: Readonly<Record<string, string>>
}

/** @param snapshots how many it begins with */
export async function openCloud(machines: SandboxOptions['machines'], snapshots = 0): Promise<Cloud> {
  const stateDir = await mkdtemp(join(tmpdir(), 'talos-image-bench-'))
  const remove = (): Promise<void> => rm(stateDir, { recursive: true, force: true })
  try {
    await mkdir(join(stateDir, 'cloud'), { mode: 0o700 })
    await writeFile(join(stateDir, 'cloud', 'cloud.json'), JSON.stringify(stateWith(snapshots)))
    const disks = { imageDiskBytes: 16 * MIB, imageDataBytes: 3 * MIB, serverDiskBytes: 64 * MIB }
    const tokens = [{ token: makeToken(), project: PROJECT, readOnly: false }] as const
    const sandbox = await startSandbox({ ...disks, stateDir, machines, tokens })
    return {
      sandbox,
      env: {
        HCLOUD_ENDPOINT: sandbox.endpoint,
        HCLOUD_TOKEN: sandbox.token,
        TALOS_IMAGE_FACTORY_URL: sandbox.factoryUrl,
      },
      async [Symbol.asyncDispose]() {
        await sandbox.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

const PROJECT = 'bench'
const MINUTE_MS = 60_000
const LABELS = {
  ...publicLabels({ architecture: 'x86', talosVersion: 'v1.12.2' }),
  ...ownLabels({
    runId: 'aaaabbbb',
    talosVersion: 'v1.12.2',
    identity: '0'.repeat(40),
    schematicId: '0'.repeat(64),
    sourceSha256: '0'.repeat(64),
    dataHash: '0'.repeat(128),
  }),
}

/** As a builder that is run once a minute leaves them behind. */
function stateWith(snapshots: number): object {
  const first = 400_000_001
  const images = Array.from({ length: snapshots }, (_, index) => snapshot(first + index, index))
  return { version: 1, lastIds: { image: first + snapshots - 1 }, images }
}

function snapshot(id: number, index: number): object {
  return {
    id,
    project: PROJECT,
    status: 'available',
    description: `Talos v1.12.2 x86 ${index}`,
    created: index * MINUTE_MS,
    createdFrom: { id: 40_000_000 + index, name: `talos-image-${index}-x86` },
    imageSize: 0.1,
    diskSize: 40,
    architecture: 'x86',
    osFlavor: 'debian',
    osVersion: '13',
    labels: LABELS,
    protection: { delete: false },
  }
}
