/** `talos-image build`, as it is called. */

import type { Timeouts } from '../../run/timeouts.ts'
import { defineCommand } from '../define-command.ts'
import { parseDuration, parseTimeout } from '../flags.ts'
import { OUTPUTS } from '../formats/formats.ts'
import { PLAN_GROUPS, planParameters } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'Build snapshots: the generic images, or those of one role.',
  examples: [
    'talos-image build             generic images, ARM and x86',
    'talos-image build --roles     every role with a schematic-<role>.yaml',
    'talos-image build --arch x86 --schematic schematic.yaml',
  ],
  groups: {
    ...PLAN_GROUPS,
    'Build servers:': [...PLAN_GROUPS['Build servers:'], '--wait-for-stock'],
    'The run:': [
      '--engine',
      '--dry-run',
      '--manifest',
      '--tfvars',
      '--packer-manifest',
      '--debug-log',
      '--ssh-timeout',
      '--timeout',
    ],
  },
  together: {
    '--project': { text: 'in this project; also --config: docs/projects.md', others: ['--config'] },
    '--network': {
      text: 'where it stands; also --ip-family, --ssh-over, --firewall, --server-label: docs/networks.md',
      others: ['--ip-family', '--ssh-over', '--firewall', '--server-label'],
    },
    '--manifest': {
      text: 'write what was built as JSON; also --tfvars, --packer-manifest: docs/terraform.md',
      others: ['--tfvars', '--packer-manifest'],
    },
  },
  parameters: {
    ...planParameters,
    // With jsonl, a line for each event.
    '-o, --output <form>': { text: 'how to print results', choices: [...OUTPUTS, 'jsonl'], default: 'text' },
    '--force': 'build what exists, too; the new one replaces it',
    '--engine <who>': { text: 'who builds', choices: ['native', 'packer'], default: 'native' },
    '--dry-run': 'show the plan and stop',
    '--manifest <file>': 'write what was built to a JSON file',
    '--tfvars <file>': "write it as Terraform's variables",
    '--packer-manifest <file>': "add it to a file as Packer's manifest has it",
    '--wait-for-stock <duration>': { text: 'look so long for a server in stock, such as 30m', parse: parseDuration },
    '--debug-log <file>': 'write a trace for a bug report, without secrets',
    '--ssh-timeout <duration>': { text: 'wait so long for the rescue system, such as 5m', parse: parseDuration },
    '--timeout <what=duration>': {
      text: 'other waits: action, ssh, write, silence, verify, snapshot, remove',
      parse: parseTimeout,
      repeatable: true,
    },
  },
  run: async (io, { role, timeout = [], ...flags }) => {
    const { runBuild } = await import('./build.ts')
    const timeouts: Partial<Timeouts> = Object.assign({}, ...timeout)
    return { text: '', exitCode: await runBuild(io, role, { ...flags, timeout: timeouts }) }
  },
})
