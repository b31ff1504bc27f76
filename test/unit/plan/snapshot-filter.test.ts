import { expect, test } from 'vitest'
import { isWanted } from '../../../src/plan/snapshot-filter.ts'
import { snapshot } from './fixture.ts'

const ALL = [
  snapshot({ id: 1, labels: { version: 'v1.9.5', role: 'worker', cluster: 'alpha' } }),
  snapshot({ id: 2, labels: { version: 'v1.12.2', cluster: 'beta' }, architecture: 'arm' }),
  // Its version stands where a template of its own puts it.
  snapshot({ id: 3, labels: { talos_version: '1.12.10', role: 'control-plane' } }),
  snapshot({ id: 4, labels: {}, description: 'by hand' }),
]

test.each([
  [{}, [1, 2, 3, 4]],
  [{ architectures: ['arm'] }, [2]],
  [{ architectures: ['arm', 'x86'] }, [1, 2, 3, 4]],
  [{ roles: ['worker'] }, [1]],
  [{ roles: [null] }, [2, 4]],
  [{ roles: [null, 'worker'] }, [1, 2, 4]],
  [{ versions: ['v1.12'] }, [2, 3]],
  [{ versions: ['v1.1'] }, []],
  [{ versions: ['v1'] }, [1, 2, 3]],
  [{ versions: ['v1.12.1'] }, []],
  [{ versions: ['v1.12.10', 'v1.9.5'] }, [1, 3]],
  [{ labels: { cluster: 'alpha' } }, [1]],
  [{ labels: { cluster: undefined } }, [1, 2]],
  [{ labels: { toString: undefined } }, []],
  [{ architectures: ['x86'], roles: [null] }, [4]],
] as const)('%j means %j', (filter, ids) => {
  expect(ALL.filter((one) => isWanted(one, filter)).map(({ id }) => id)).toEqual(ids)
})
