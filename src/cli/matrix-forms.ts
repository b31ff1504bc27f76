/** The programs that a matrix can be printed for, and what each of them takes. */

import { type Problem, throwProblems } from '../errors.ts'
import type { Matrix, MatrixEntry } from './build-matrix.ts'

const FORMS = [
  // By `fromJSON`.
  ['github', (jobs) => ({ include: jobs })],
  // As the value of `parallel:matrix`, in a generated child pipeline.
  ['gitlab', toGitlab],
] as const satisfies readonly [string, (jobs: Matrix) => unknown][]

/** What `--matrix` takes. */
export const MATRIX_FORMS = FORMS.map(([name]) => name)

/**
 * The jobs as this program takes them.
 * @throws ProblemsError `usage` when it cannot have such jobs
 */
export function toMatrixForm(form: (typeof MATRIX_FORMS)[number], jobs: Matrix): unknown {
  return FORMS.find(([name]) => name === form)?.[1](jobs)
}

/** GitLab's limit on the jobs of one matrix. Source: its `PARALLEL_LIMIT`, 2026. */
const MOST_JOBS = 200
/**
 * GitLab puts the values of all variables into the name of the job, which can have 255 characters; beyond that it makes no pipeline,
 * and gives no reason (gitlab-org/gitlab #584573). This much is left for the values when the job itself has a name of 48.
 */
const MOST_CHARACTERS = 200

function toGitlab(jobs: Matrix): readonly Readonly<Record<string, string>>[] {
  const problems = jobs.flatMap(findNameProblem)
  if (jobs.length > MOST_JOBS) {
    problems.push({
      code: 'usage',
      message: `GitLab takes ${MOST_JOBS} jobs of a matrix, and there are ${jobs.length}`,
      at: MATRIX,
      hint: 'let each job build several, with "parallel" and --shard: see docs/ci.md',
    })
  }
  throwProblems(problems)
  // In the value of a variable a `$` is the beginning of another one's name.
  return jobs.map(({ name, args }) => ({ TALOS_IMAGE_NAME: name, TALOS_IMAGE_ARGS: args.replaceAll('$', '$$$$') }))
}

const MATRIX = { kind: 'flag', name: '--matrix' } as const

function findNameProblem({ name, args }: MatrixEntry): Problem[] {
  const length = [...name, ...args].length
  if (length <= MOST_CHARACTERS) return []
  return [
    {
      code: 'usage',
      message: `the name of GitLab's job for ${name} would hold its arguments, of ${length} characters, and ${MOST_CHARACTERS} fit`,
      at: MATRIX,
      hint: 'write what all images have in common into files or PKR_VAR_ variables, or use "parallel" and --shard: see docs/ci.md',
    },
  ]
}
