import { describe, expect, it } from 'vitest'
import { formatSnapshots } from '../../../src/cli/render/snapshots.ts'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { findOutdated, listSnapshots, pruneSnapshots } from '../../../src/library/snapshots.ts'
import { selectNewest } from '../../../src/report/select.ts'
import { toSnapshotRecord } from '../../../src/report/snapshot.ts'
import { type TestSandbox, testSandbox } from '../../support/sandbox.ts'
import { snapshot } from '../../unit/plan/fixture.ts'
import { clientOf, planIn } from '../../unit/run/fixture.ts'

const COUNT = 5203
const PER_PAGE = 50

/** Oldest last, as the API gives them; of two architectures and ten series each. */
const ALL = Array.from({ length: COUNT }, (_, age) => {
  const architecture = age % 2 === 0 ? 'x86' : 'arm'
  return snapshot({
    id: 900_000 - age,
    architecture,
    created: new Date(Date.UTC(2026, 6, 1) - age * 60_000).toISOString(),
    labels: {
      ...{ os: 'talos', arch: architecture, version: 'v1.12.2', role: `role-${age % 20}` },
      ...{ 'talos-image/run': 'abcd2345', 'talos-image/version': 'v1.12.2' },
      'talos-image/identity': String(age).padStart(40, '0'),
    },
  })
})

/** A project with all of them, which counts the pages that are asked for. */
async function createFullProject() {
  const asked = { pages: 0 }
  const sandbox = await testSandbox({
    machines: 'none',
    intercept({ method, path, query }) {
      if (method !== 'GET' || path !== '/images' || query.get('type') !== 'snapshot') return undefined
      asked.pages += 1
      const page = Number(query.get('page'))
      const images = ALL.slice((page - 1) * PER_PAGE, page * PER_PAGE)
      const next_page = page * PER_PAGE < COUNT ? page + 1 : null
      return Response.json({
        images,
        meta: { pagination: { page, per_page: PER_PAGE, next_page, total_entries: COUNT } },
      })
    },
  })
  return { sandbox, asked }
}

describe('a project with thousands of snapshots', { timeout: 60_000 }, () => {
  const using = async (work: (sandbox: TestSandbox, asked: { pages: number }) => Promise<void>): Promise<void> => {
    const { sandbox, asked } = await createFullProject()
    await using _ = sandbox
    await work(sandbox, asked)
  }

  it('is listed whole, page by page, once, and shown in a line each', () =>
    using(async (sandbox, asked) => {
      const found = await listSnapshots(clientOf(sandbox))
      expect(found.map(({ id }) => id)).toEqual(ALL.map(({ id }) => id))
      expect(asked.pages).toBe(105)
      const table = formatSnapshots(found.map((one) => toSnapshotRecord(one, 'https://factory.talos.dev')))
      expect(table.split('\n')).toHaveLength(COUNT + 2)
      expect(selectNewest('os=talos', found, 'arm').selected?.id).toBe(ALL[1]?.id)
    }))

  it('is pruned to the newest of each series', () =>
    using(async (sandbox) => {
      const decisions = await pruneSnapshots(clientOf(sandbox), { keep: 2, dryRun: true })
      expect(decisions).toHaveLength(COUNT)
      expect(decisions.filter(({ goes }) => !goes).map(({ snapshot: { id } }) => id)).toEqual(
        ALL.slice(0, 40).map(({ id }) => id),
      )
    }))

  it('is planned in, and has an age for each series', () =>
    using(async (sandbox) => {
      const factory = createFactoryClient({ url: sandbox.factoryUrl, firstPauseMs: 1 })
      expect(await findOutdated({ hetzner: clientOf(sandbox), factory })).toHaveLength(20)
      expect((await planIn(sandbox)).images).toMatchObject([{ architecture: 'x86' }])
    }))
})
