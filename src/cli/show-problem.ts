/** Showing what is wrong where it is looked for: on the screen, or as an annotation of a job in GitHub Actions. */

import type { Problem } from '../errors.ts'
import type { Io } from './io.ts'
import { formatAnnotation } from './render/github.ts'
import { createPaint } from './render/paint.ts'
import { formatProblem, formatWarning } from './render/problem.ts'
import { isGithubActions } from './screen.ts'

export function showError(io: Io, problem: Problem): void {
  show(io, problem, 'error', () => formatProblem(problem, 'error', createPaint(io.errStyle.colors), io.errColumns()))
}

/** A warning that cannot be missed. */
export function showWarning(io: Io, problem: Problem): void {
  show(io, problem, 'warning', () => formatWarning(problem, createPaint(io.errStyle.colors), io.errColumns()))
}

function show(io: Io, problem: Problem, kind: 'error' | 'warning', format: () => string): void {
  const annotate = (): string =>
    formatAnnotation(problem, kind, { cwd: io.cwd, workspace: io.env.GITHUB_WORKSPACE || undefined })
  if (isGithubActions(io)) io.command(annotate())
  else io.err(format())
}
