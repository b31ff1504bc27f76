/** The steps of a build with either tool, and how long each took. */

/** In their order; what a tool does not do takes no time. */
export const STEPS = ['look-ups', 'server', 'boot', 'write', 'read back', 'snapshot', 'clean-up'] as const
export type Step = (typeof STEPS)[number]

export interface Timed {
  /** Of the whole command, in milliseconds. */
  readonly ms: number
  /** Of each step, in milliseconds; of several images, of the slowest. */
  readonly steps: ReadonlyMap<Step, number>
}

/**
 * Steps by what was said at their beginnings.
 * @param beginnings when each step began, in order, in milliseconds; a step that is missing was not there
 * @param endMs when the last one ended
 */
export function toSteps(beginnings: readonly (readonly [Step, number])[], endMs: number): Map<Step, number> {
  const steps = new Map<Step, number>()
  for (const [index, [step, began]] of beginnings.entries()) {
    const ended = beginnings[index + 1]?.[1] ?? endMs
    steps.set(step, (steps.get(step) ?? 0) + ended - began)
  }
  return steps
}
