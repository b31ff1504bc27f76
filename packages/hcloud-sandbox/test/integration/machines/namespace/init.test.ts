import { describe, expect, it } from 'vitest'
import { startInit } from '../../../../src/machines/namespace/init.ts'

const start = (script: string) => startInit(['bash', '-c', script], '/', { endPatienceMs: 100 })

describe.runIf(process.platform === 'linux')('startInit', () => {
  it('understands words that come in pieces, among any others', async () => {
    const init = await start('printf "x\\nrea"; sleep 0.05; echo dy; read; printf "power"; sleep 0.05; echo off')
    await init.close()
    expect(await init.ended).toBe('poweroff')
  })

  it('stops to wait for what does not end', async () => {
    // Left behind on purpose: it holds the output open, out of reach of a signal to the group.
    const init = await start('setsid sleep 20 & echo $! >&2; echo ready; sleep 20')
    const began = performance.now()
    await init.close()
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  it('tells what the program complained of', async () => {
    await expect(start('echo "no such luck" >&2')).rejects.toThrow('no such luck')
  })
})
