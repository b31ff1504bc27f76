/** `talos-image sandbox`: the command of the package hcloud-sandbox, under another name. */

import { sandboxExamples, sandboxFlags } from 'hcloud-sandbox/command'
import { defineCommand } from '../define-command.ts'
import { programName } from '../invocation.ts'
import { SANDBOX_NAMES } from '../sandbox-names.ts'

export const command = defineCommand({
  description: 'Run the emulated cloud and Image Factory alone, for other programs, until Ctrl-C.',
  examples: sandboxExamples(SANDBOX_NAMES.command),
  groups: {
    'What there is:': ['--machines', '--latency', '--project', '--state', '--verbose'],
    'Where:': ['--port', '--factory-port', '--ssh-port'],
    'What goes wrong:': ['--out-of-stock', '--limit', '--rate-limit', '--fault'],
  },
  parameters: sandboxFlags(SANDBOX_NAMES.variables),
  run: async (io, flags) => {
    const { runSandboxCommand } = await import('hcloud-sandbox')
    await runSandboxCommand(io, { ...SANDBOX_NAMES, command: `${programName()} sandbox` }, flags)
    return { text: '' }
  },
})
