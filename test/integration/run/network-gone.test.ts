import { parseFaultFlag } from 'hcloud-sandbox'
import { describe, expect, it } from 'vitest'
import { resetConnection } from '../../../packages/hcloud-sandbox/src/state/faulty-answer.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { buildIn, contentsOf } from '../../unit/run/fixture.ts'

/**
 * A build from a computer that loses its network while the disk is written: the SSH connection ends, and no request to the API
 * gets an answer, for so many of them.
 */
async function buildWithout(requests: number, removeMs = 20_000) {
  let lost = 0
  let isGone = false
  await using sandbox = await testSandbox({
    faults: [parseFaultFlag('ssh drop command="*download*" after=0ms times=1')],
    onFault: () => {
      isGone = true
    },
    intercept: async () => {
      if (!isGone) return undefined
      isGone = ++lost < requests
      return resetConnection()
    },
  })
  const { result, notes } = await buildIn(sandbox, { removeMs })
  isGone = false
  return { result, notes, lost, contents: await contentsOf(sandbox) }
}

describe('a computer that loses its network while the disk is written', { timeout: 60_000 }, () => {
  it('goes on when it is there again', async () => {
    const { result, notes, lost, contents } = await buildWithout(10)
    expect(lost).toBe(10)
    expect(result.images).toMatchObject([{ status: 'built' }])
    expect(notes.join()).toMatch(/the SSH connection was lost while writing the disk.*; trying again/)
    expect(contents).toMatchObject({ servers: [], sshKeys: [], snapshots: [{ labels: { os: 'talos' } }] })
  })

  it('gives up when that takes too long, and removes everything as soon as it can', async () => {
    const { result, lost, contents } = await buildWithout(18)
    expect(lost).toBe(18)
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'network' } }])
    expect([result.leftovers, contents]).toEqual([[], { servers: [], sshKeys: [], snapshots: [] }])
  })

  it('names what it cannot remove, with the commands that do, when it stays away', async () => {
    const { result, contents } = await buildWithout(Number.POSITIVE_INFINITY, 1000)
    expect(result.images).toMatchObject([{ status: 'failed', problem: { code: 'network' } }])
    expect(result.leftovers.map(({ command }) => command)).toEqual([
      `hcloud server delete ${contents.servers[0]?.name}`,
      `hcloud ssh-key delete ${contents.sshKeys[0]?.name}`,
    ])
    expect(contents.snapshots).toEqual([])
  })
})
