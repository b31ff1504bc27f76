/** Answers what the cloud asks about what goes wrong with a boot into rescue. */

import type { RescueFaults } from '../machines/faults.ts'
import type { MachineSpec } from '../machines/machine.ts'
import { createMatcher, type OnFault } from './matcher.ts'
import type { RescueRule } from './rule.ts'

/** @param rules those that are about rescue */
export function createRescueFaults(
  rules: readonly RescueRule[],
  onFault?: OnFault,
): (machine: MachineSpec) => RescueFaults {
  const matcher = createMatcher(rules, onFault)
  return (machine) => {
    const matched = matcher.all(
      (rule) => (rule.architecture ?? machine.architecture) === machine.architecture,
      `the boot into rescue of server ${machine.name}, ${machine.id}`,
    )
    const delays = matched.flatMap((rule) => (rule.effect === 'slow' ? [rule.delayMs] : []))
    return {
      hasNoPassword: matched.some(({ effect }) => effect === 'without-password'),
      isImposter: matched.some(({ effect }) => effect === 'imposter'),
      isIgnored: matched.some(({ effect }) => effect === 'ignored'),
      hasOtherAddress: matched.some(({ effect }) => effect === 'other'),
      hasOtherPort: matched.some(({ effect }) => effect === '222'),
      delayMs: Math.max(0, ...delays),
    }
  }
}
