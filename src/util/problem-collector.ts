/** Collects the problems of several look-ups, to report them together. */

import { type Problem, TalosImageError, throwProblems, toTalosImageError } from '../errors.ts'

/** Each problem once: the same place and words are the same problem. */
export function uniqueProblems(problems: readonly Problem[]): readonly Problem[] {
  const collector = new ProblemCollector()
  collector.add(...problems)
  return collector.all
}

export class ProblemCollector {
  readonly #problems = new Map<string, Problem>()

  /** Adds problems; the same problem is kept once. */
  add(...problems: readonly (Problem | undefined)[]): void {
    for (const problem of problems) {
      if (problem !== undefined) this.#problems.set(`${JSON.stringify(problem.at)} ${problem.message}`, problem)
    }
  }

  get all(): readonly Problem[] {
    return [...this.#problems.values()]
  }

  /** The result of the look-up, or undefined when it failed with a problem. @throws other errors, and `interrupted` */
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

  /** @throws ProblemsError when there are problems */
  throw(): void {
    throwProblems(this.all)
  }
}

/**
 * Does something with one after the other. One for which it fails ends it, unless it is to go on; an interruption always does.
 * @returns with what it was done, and why it failed for others
 */
export async function doEach<T>(
  all: readonly T[],
  work: (one: T) => Promise<unknown>,
  { goOn = false } = {},
): Promise<{ readonly done: readonly T[]; readonly problems: readonly Problem[] }> {
  const done: T[] = []
  const problems = new ProblemCollector()
  for (const one of all) {
    try {
      await work(one)
      done.push(one)
    } catch (error) {
      if (!(error instanceof TalosImageError)) throw error
      problems.add(...error.problems)
      if (!goOn || error.code === 'interrupted') break
    }
  }
  return { done, problems: problems.all }
}
