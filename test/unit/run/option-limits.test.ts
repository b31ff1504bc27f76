import { describe, expect, test } from 'vitest'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import type { Placement } from '../../../src/plan/placement.ts'
import { type BuildOptions, build, startBuild } from '../../../src/run/build.ts'
import { toWait } from '../../../src/run/option-limits.ts'

const look = async (): Promise<readonly Placement[]> => []

test.each<[string, number | undefined]>([
  ['90', 90_000],
  ['0.5s', 500],
  ['1h30m', 5_400_000],
  ['1h0m0s', 3_600_000],
  ['1500ms', 1500],
  ['24h1s', undefined],
  ['1h30', undefined],
  ['-1s', undefined],
  ['', undefined],
])('a wait of "%s" is %s ms', (text, ms) => expect(toWait(text)).toBe(ms))

describe('a build refuses', () => {
  test.each<[string, Partial<BuildOptions>]>([
    ['sshPort: NaN is not a port', { sshPort: Number.NaN }],
    ['sshPort: 0 is not a port', { sshPort: 0 }],
    ['sshPort: 65536 is not a port', { sshPort: 65_536 }],
    ['sshPort: 22.5 is not a port', { sshPort: 22.5 }],
    ['timeouts.writeMs: NaN is not a time', { timeouts: { writeMs: Number.NaN } }],
    ['timeouts.sshMs: 0 is not a time', { timeouts: { sshMs: 0 } }],
    ['timeouts.verifyMs: -1 is not a time', { timeouts: { actionMs: 1, verifyMs: -1 } }],
    ['timeouts.removeMs: Infinity is not a time', { timeouts: { removeMs: Number.POSITIVE_INFINITY } }],
    ['stock.waitMs: NaN is not a time', { stock: { waitMs: Number.NaN, look } }],
    ['stock.waitMs: 86400001 is not a time', { stock: { waitMs: 86_400_001, look } }],
  ])('%s', async (message, options) => {
    const hetzner = createHetznerClient({ token: 'a', endpoint: 'http://127.0.0.1:1' })
    const plan: BuildOptions['plan'] = JSON.parse('{"images":[]}')
    await expect(build({ hetzner, plan, ...options })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    })
    await expect(startBuild({ hetzner, plan, ...options }).result).rejects.toMatchObject({ code: 'usage' })
  })
})
