import { expect, test } from 'vitest'
import { PLAIN_SERVER } from '../../../src/plan/server-settings.ts'
import type { SnapshotConfig } from '../../../src/provider/resources/snapshot/attributes.ts'
import { CONTENT } from '../../../src/provider/resources/snapshot/request.ts'
import { snapshot } from '../../../src/provider/resources/snapshot/resource.ts'
import { type OpenValue, UNKNOWN } from '../../../src/provider/schema.ts'
import { Session } from '../../../src/provider/session.ts'
import { CONFIG } from './fixture.ts'

/** What a plan of a new resource says where looking anything up fails. */
async function planned(change: Partial<SnapshotConfig>) {
  const shared = { signal: new AbortController().signal, log: () => undefined }
  const plain = { server: PLAIN_SERVER, sshTimeoutMs: undefined, requireHostProof: false }
  const access = { ...plain, bootTestMs: undefined, allowUnproven: false }
  const provider = new Session(() => Promise.reject(new Error('it was looked up')), access, shared)
  const config = { ...CONFIG, ...change }
  return snapshot.plan?.({ config, prior: null, proposed: config }, { ...shared, provider })
}

test.each([...CONTENT])('nothing is looked up in the place of %s that is not known yet', async (name) => {
  expect(await planned({ [name]: UNKNOWN })).toMatchObject({
    planned: { identity: UNKNOWN, [name]: UNKNOWN },
    expected: '',
    diagnostics: [],
  })
})

test('nor of one of which a part is not known; what needs no look-up is checked all the same', async () => {
  const schematic: OpenValue = { customization: { extraKernelArgs: [UNKNOWN] } }
  expect((await planned({ schematic }))?.diagnostics).toEqual([])
  await expect(planned({ schematic, role: 'My Role' })).rejects.toMatchObject({ diagnostics: [{ path: ['role'] }] })
  await expect(planned({})).rejects.toThrow('it was looked up')
})
