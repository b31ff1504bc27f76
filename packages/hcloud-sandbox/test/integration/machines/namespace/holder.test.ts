import { describe, expect, it } from 'vitest'
import { startHolder } from '../../../../src/machines/namespace/holder.ts'

const start = (script: string) => startHolder(['bash', '-c', script], '/', { endPatienceMs: 100 })

describe.runIf(process.platform === 'linux')('startHolder', () => {
  it('understands words that come in pieces, among any others', async () => {
    const holder = await start('printf "x\\nrea"; sleep 0.05; echo dy; read; printf "power"; sleep 0.05; echo off')
    await holder.close()
    expect(await holder.ended).toBe('poweroff')
  })

  it('stops to wait for what does not end', async () => {
    // Left behind on purpose: it holds the output open, out of reach of a signal to the group.
    const holder = await start('setsid sleep 20 & echo $! >&2; echo ready; sleep 20')
    const began = performance.now()
    await holder.close()
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  it('tells what the program complained of', async () => {
    await expect(start('echo "no such luck" >&2')).rejects.toThrow('no such luck')
  })
})
