import { createHash } from 'node:crypto'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PLATFORMS } from '../../../../../src/machines/qemu/platform.ts'
import { provideSystems, toRecipeText } from '../../../../../src/machines/qemu/systems/cache.ts'
import { makeFolder } from '../../../../machines/fixture.ts'

const recipe = createHash('sha256').update(toRecipeText()).digest('hex').slice(0, 16)

async function put(cacheDir: string, name: string, ageMs: number): Promise<string> {
  const folder = join(cacheDir, name)
  await mkdir(folder)
  const checked = new Date(Date.now() - ageMs)
  await utimes(folder, checked, checked)
  return folder
}

describe('provideSystems', () => {
  it('gives the newest of the same recipe and architecture, without asking', async () => {
    await using cache = await makeFolder()
    const newest = await put(cache.path, `systems-amd64-${recipe}-2222`, 1000)
    await put(cache.path, `systems-amd64-${recipe}-3333`, 60_000)
    await put(cache.path, 'systems-amd64-otherrecipe-4444', 0)
    await put(cache.path, `systems-arm64-${recipe}-5555`, 0)
    const { rescue } = await provideSystems({ cacheDir: cache.path, platform: PLATFORMS.x86 })
    expect(rescue).toEqual({ kernel: join(newest, 'kernel'), initramfs: join(newest, 'initramfs.zst') })
  })

  it('says what is wrong with a folder that cannot be', async () => {
    await using cache = await makeFolder()
    const file = join(cache.path, 'file')
    await writeFile(file, '')
    await expect(provideSystems({ cacheDir: join(file, 'cache'), platform: PLATFORMS.x86 })).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining('cannot be made'),
    })
  })

  it.runIf(process.platform === 'linux')('leaves nothing half-made when the making is stopped', async () => {
    await using cache = await makeFolder()
    await put(cache.path, 'making-amd64-killed', 0)
    await put(cache.path, 'rescue-amd64-ancient-1111', 365 * 24 * 60 * 60 * 1000)
    const stop = new AbortController()
    const told: string[] = []
    const onProgress = (what: string) => told.push(what)
    const making = provideSystems({ cacheDir: cache.path, platform: PLATFORMS.x86, onProgress, signal: stop.signal })
    // It has begun, and tidied up before, when there is another folder of its kind.
    await expect
      .poll(() => readdir(cache.path), { timeout: 10_000 })
      .toEqual([expect.stringMatching(/^making-amd64-(?!killed)/), 'systems-amd64.lock'])
    stop.abort(new Error('stopped'))
    await expect(making).rejects.toThrow('stopped')
    expect(told).toEqual([expect.stringContaining('made of Debian packages'), 'looking for the packages.'])
    expect(await readdir(cache.path)).toEqual(['systems-amd64.lock'])
  })
})
