/** `talos-image plan` */

import { throwProblems } from '../../errors.ts'
import { unnamedPlan } from '../../report/projects.ts'
import { safeJson } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import { PLAN_GROUPS, PLAN_TOGETHER, planParameters, readTarget } from '../build-flags.ts'
import { findMatrixProblems, toMatrix } from '../build-matrix.ts'
import { showPlan } from '../build-view.ts'
import { defineCommand } from '../define-command.ts'
import { EXIT } from '../exit-codes.ts'
import { checkOutputs, writeOutputs } from '../job-outputs.ts'
import { chooseFlaggedProjects, makePlan, toPlanResult } from '../make-plan.ts'
import { MATRIX_FORMS, toMatrixForm } from '../matrix-forms.ts'
import { planOutputs } from '../render/job-outputs.ts'

export const command = defineCommand({
  description: 'Show what build would do, where, and for how much. Makes nothing.',
  examples: [
    'talos-image plan --roles',
    'talos-image plan worker --arch arm --var talos_version=latest',
    'talos-image plan --output json',
    'talos-image plan --roles --matrix github',
  ],
  groups: { ...PLAN_GROUPS, 'The run:': ['--verbose', '--matrix'] },
  together: {
    ...PLAN_TOGETHER,
    '--force': { text: 'plan as build --force would; also --even-in-use', others: ['--even-in-use'] },
  },
  parameters: {
    ...planParameters,
    '--force': 'plan as build --force would',
    '--even-in-use': 'replace even what a server was made from',
    '--matrix <for>': { text: 'print what needs building as jobs', choices: MATRIX_FORMS },
  },
  run: async (io, { matrix: form, force = false, ...rest }) => {
    const { role, flags } = readTarget({ ...rest, force })
    const chosen = await chooseFlaggedProjects(io, flags)
    if (form !== undefined) throwProblems(findMatrixProblems(flags, chosen.isNamed))
    await checkOutputs(io)
    const { planned, clouds } = await makePlan(io, role, flags, chosen)
    await clouds.close()
    const plan = unnamedPlan(planned.projects)
    if (form === undefined || plan === undefined) {
      return toPlanResult(io, rest, planned)
    }
    const matrix = toMatrixForm(form, toMatrix(plan, flags))
    // People who look into the log want more than the line for programs.
    showPlan(io, planned, rest.verbose)
    return {
      text: `${redact(safeJson(matrix))}\n`,
      finish: async () =>
        (await writeOutputs(io, planOutputs(plan, form === 'github' ? matrix : undefined)))
          ? EXIT.success
          : EXIT.failed,
    }
  },
})
