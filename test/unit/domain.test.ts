import { expect, test } from 'vitest'
import { isRoleName, sortRoles } from '../../src/domain.ts'
import { findLabelProblem } from '../../src/plan/server-label.ts'

test.each(['worker', 'gpu-worker', 'a', '4th', 'a'.repeat(40)])('%s can name a role, and is a label value', (name) => {
  expect(isRoleName(name)).toBe(true)
  expect(findLabelProblem('role', name, { kind: 'default' })).toBeUndefined()
})

test.each(['', 'none', 'GPU', '-gpu', 'gpu-', 'gpu_worker', '../gpu', 'a\n', 'a'.repeat(41)])(
  '%j is no role',
  (name) => {
    expect(isRoleName(name)).toBe(false)
  },
)

test('roles are sorted: those of hcloud-talos first, then by name, each once', () => {
  expect(sortRoles(['worker', 'gpu', 'control-plane', 'db', 'gpu'])).toEqual(['control-plane', 'worker', 'db', 'gpu'])
})
