/** Collects what goes wrong in several look-ups, so that all of it is said at once. */

import { type Problem, TalosImageError, throwProblems, toTalosImageError } from '../errors.ts'

export class ProblemCollector {
  readonly #problems = new Map<string, Problem>()

  /** Notes problems; the same one twice counts once. */
  add(...problems: readonly (Problem | undefined)[]): void {
    for (const problem of problems) {
      if (problem !== undefined) this.#problems.set(`${JSON.stringify(problem.at)} ${problem.message}`, problem)
    }
  }

  /** What was noted so far. */
  get all(): readonly Problem[] {
    return [...this.#problems.values()]
  }

  /** The value of the look-up, or undefined when it failed for a reason that a user can act on. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (thrown) {
      const error = toTalosImageError(thrown)
      if (!(error instanceof TalosImageError) || error.code === 'interrupted') throw error
      this.add(...error.problems)
      return undefined
    }
  }

  /** @throws ProblemsError when there is any */
  throw(): void {
    throwProblems(this.all)
  }
}
