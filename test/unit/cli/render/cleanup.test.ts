import { expect, test } from 'vitest'
import { formatFound, formatInUse } from '../../../../src/cli/render/cleanup.ts'
import type { Temporary } from '../../../../src/run/sweep.ts'

const LIVING: Temporary = {
  kind: 'SSH key',
  id: 20000001,
  name: 'talos-image-livingxx',
  run: 'livingxx',
  leaseUntilMs: 65_000,
  isKept: false,
  cost: undefined,
}
const AROUND = { nowMs: 5000, pricing: undefined, width: Number.POSITIVE_INFINITY } as const

test('what was left behind is a table with the commands that remove it', () => {
  expect(formatFound([LIVING], AROUND)).toBe(`KIND     ID        RUN       STATE                         COST  NAME
SSH key  20000001  livingxx  in use, lease for 1 min 00 s  free  talos-image-livingxx

Remove what is abandoned:     talos-image cleanup --yes
Remove all of one run now:    talos-image cleanup --run livingxx
`)
  expect(formatFound([LIVING], { ...AROUND, width: 60 })).toBe(`KIND     RUN       STATE                         COST
SSH key  livingxx  in use, lease for 1 min 00 s  free

Remove what is abandoned:     talos-image cleanup --yes
Remove all of one run now:    talos-image cleanup --run livingxx
`)
  expect(formatFound([LIVING, { ...LIVING, run: 'otherxxx' }, LIVING], AROUND)).toMatch(
    /now: {4}talos-image cleanup --run livingxx\n.*now: {4}talos-image cleanup --run otherxxx\n$/,
  )
  expect(formatFound([], AROUND)).toBe('Nothing was left behind.\n')
})

test('a server that was kept is said to be, until its time is over', () => {
  const kept: Temporary = { ...LIVING, kind: 'server', isKept: true }
  expect(formatFound([kept], AROUND)).toContain(' kept until 1970-01-01 00:01 UTC ')
  expect(formatFound([kept], { ...AROUND, nowMs: 66_000 })).toContain(' abandoned ')
  expect(formatInUse([kept], 200)).toBe(
    `Nothing was removed: what is there was kept to be looked at, and its time is not over. Remove it now:
  talos-image cleanup --run livingxx
`,
  )
})

test('what a run claims is not called nothing', () => {
  expect(formatInUse([], 80)).toBe('Nothing was left behind.\n')
  expect(
    formatInUse([LIVING, LIVING], 80),
  ).toBe(`Nothing was removed: what is there belongs to a run that has not ended, or was
stopped less than 15 minutes ago. If you know that that run has stopped, remove
it now:
  talos-image cleanup --run livingxx
`)
  expect(formatInUse([LIVING, { ...LIVING, run: 'otherxxx' }], Number.POSITIVE_INFINITY)).toContain(
    'those runs have stopped, remove it now:\n  talos-image cleanup --run livingxx\n  talos-image cleanup --run otherxxx\n',
  )
})
