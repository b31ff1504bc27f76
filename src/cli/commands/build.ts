/** `talos-image build`, as it is called. */

import { buildParameters, PLAN_GROUPS, PLAN_TOGETHER } from '../build-flags.ts'
import { defineCommand } from '../define-command.ts'

export const command = defineCommand({
  description: 'Build snapshots: the generic images, or those of one role.',
  examples: [
    'talos-image build             generic images, ARM and x86',
    'talos-image build --roles     every role with a schematic-<role>.yaml',
    'talos-image build --arch x86 --schematic schematic.yaml',
  ],
  groups: {
    ...PLAN_GROUPS,
    'Build servers:': [
      ...PLAN_GROUPS['Build servers:'],
      '--require-host-proof',
      '--wait-for-stock',
      '--allow-older',
      '--allow-unproven',
    ],
    'The run:': [
      '--engine',
      '--dry-run',
      '--verbose',
      '--manifest',
      '--report',
      '--tfvars',
      '--packer-manifest',
      '--on-error',
      '--debug-log',
      '--ssh-timeout',
      '--timeout',
    ],
  },
  together: {
    ...PLAN_TOGETHER,
    '--force': { text: 'replace what exists; also --even-in-use', others: ['--even-in-use'] },
    '--ssh-port': { text: 'port of their SSH; also --require-host-proof', others: ['--require-host-proof'] },
    '--wait-for-stock': {
      text: 'look for stock so long; also --allow-older, --allow-unproven',
      others: ['--allow-older', '--allow-unproven'],
    },
    '--manifest': {
      text: 'write what was built as JSON; also --report (a page), --tfvars, --packer-manifest',
      others: ['--report', '--tfvars', '--packer-manifest'],
    },
    '--timeout': {
      text: 'waits, such as boot-test=10m; also --ssh-timeout',
      others: ['--ssh-timeout'],
    },
    '--dry-run': { text: 'show the plan and stop; also --verbose', others: ['--verbose'] },
  },
  parameters: buildParameters,
  // Only a build needs what it runs with; its help does not.
  run: async (io, flags) => (await import('../run-build.ts')).runBuild(io, flags),
})
