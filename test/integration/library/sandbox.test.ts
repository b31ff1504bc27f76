import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../../src/library/sandbox.ts'
import { listSnapshots } from '../../../src/library/snapshots.ts'

const NO_MACHINES = { machines: 'none', imageDiskBytes: 8 * 1024 * 1024 } as const

describe('startSandbox', () => {
  it('keeps its state in a directory of its own, which goes with it', async () => {
    const sandbox = await startSandbox(NO_MACHINES)
    expect(existsSync(sandbox.stateDir)).toBe(true)
    expect(await listSnapshots(sandbox.hetzner)).toEqual([])
    expect(await sandbox.factory.versions()).toContain('v1.12.2')
    expect(sandbox.attached).toBe(false)
    await sandbox.close()
    expect(existsSync(sandbox.stateDir)).toBe(false)
    await expect(fetch(sandbox.endpoint)).rejects.toThrow('fetch failed')
  })

  it('keeps a state directory that was named, and attaches to who runs on it', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'talos-image-library-'))
    try {
      await using first = await startSandbox({ ...NO_MACHINES, stateDir })
      const second = await startSandbox({ stateDir })
      expect([second.attached, second.endpoint]).toEqual([true, first.endpoint])
      await second.close()
      expect(await listSnapshots(first.hetzner)).toEqual([])
      expect(existsSync(stateDir)).toBe(true)
    } finally {
      await rm(stateDir, { recursive: true, force: true })
    }
  })

  it('lets happen what it is told', async () => {
    await using sandbox = await startSandbox({ ...NO_MACHINES, faults: ['api GET /images 403 code=forbidden'] })
    await expect(listSnapshots(sandbox.hetzner)).rejects.toMatchObject({
      code: 'api',
      message: expect.stringContaining('403 forbidden'),
    })
  })

  it('says everything that is wrong with the faults', async () => {
    const faults = ['ssh refuse', 'api GET', 'moon falls']
    await expect(startSandbox({ faults })).rejects.toMatchObject({
      code: 'usage',
      problems: [{ code: 'usage' }, { code: 'usage' }],
    })
  })
})
