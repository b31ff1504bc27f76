import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockFile } from '../../../../../src/machines/qemu/systems/lock.ts'
import { makeFolder } from '../../../../machines/fixture.ts'

describe.runIf(process.platform === 'linux')('a lock', () => {
  it('lets one in after the other', async () => {
    await using folder = await makeFolder()
    const file = join(folder.path, 'lock')
    let inside = 0
    const most: number[] = []
    const work = async () => {
      await using _lock = await lockFile(file)
      most.push(++inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
    }
    await Promise.all([work(), work(), work()])
    expect(most).toEqual([1, 1, 1])
  })

  it('is no longer waited for when the signal aborts', async () => {
    await using folder = await makeFolder()
    const file = join(folder.path, 'lock')
    await using _lock = await lockFile(file)
    const stop = new AbortController()
    const waiting = lockFile(file, stop.signal)
    stop.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
  })

  it('says when there can be none', async () => {
    await expect(lockFile('/nonexistent/lock')).rejects.toMatchObject({ code: 'sandbox' })
  })
})
