/** `talos-image plan`, as it is called. */

import { MATRIX_FORMS } from '../build-matrix.ts'
import { defineCommand } from '../define-command.ts'
import { PLAN_GROUPS, planParameters } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'Show what build would do, where, and for how much. Makes nothing.',
  examples: [
    'talos-image plan --roles',
    'talos-image plan worker --arch arm --var talos_version=latest',
    'talos-image plan --output json',
    'talos-image plan --roles --matrix github',
  ],
  groups: { ...PLAN_GROUPS, 'The run:': ['--matrix'] },
  parameters: {
    ...planParameters,
    '--force': 'plan as build --force would',
    '--matrix <for>': { text: 'print what needs building as jobs', choices: MATRIX_FORMS },
  },
  run: async (io, { role, ...flags }) => {
    const { runPlan } = await import('./plan.ts')
    return { text: '', exitCode: await runPlan(io, role, flags) }
  },
})
