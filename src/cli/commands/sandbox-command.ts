/** `talos-image sandbox`, as it is called. */

import { MACHINE_KINDS } from 'hcloud-sandbox/machines'
import { defineCommand } from '../define-command.ts'
import { parseCount, parsePort } from '../flags.ts'

export const command = defineCommand({
  description: 'Run the emulated cloud and Image Factory alone, for other programs, until Ctrl-C.',
  examples: [
    'talos-image sandbox                 in one terminal, and in another one:',
    'export $(talos-image sandbox)       hcloud, Packer, Terraform now talk to it',
    "talos-image sandbox --verbose --fault 'api DELETE /servers/* 500 times=2'",
  ],
  groups: {
    'What there is:': ['--machines', '--latency', '--project', '--state', '--verbose'],
    'Where:': ['--port', '--factory-port', '--ssh-port'],
    'What goes wrong:': ['--out-of-stock', '--limit', '--rate-limit', '--fault'],
  },
  parameters: {
    '--machines <kind>': {
      text: `what the servers are (default: ${MACHINE_KINDS[0].name})`,
      choices: MACHINE_KINDS.map(({ name }) => name),
    },
    '--latency <profile>': { text: 'how long things take (default: instant)', choices: ['instant', 'realistic'] },
    '--state <dir>': 'where its state is kept (TALOS_IMAGE_SANDBOX_STATE)',
    '--port <port>': { text: 'port of the cloud API; default: any', parse: parsePort },
    '--factory-port <port>': { text: 'port of the Image Factory; default: any', parse: parsePort },
    '--ssh-port <port>': { text: "port of the servers' SSH; default: any", parse: parsePort },
    '--project <name>': { text: 'a project with a token of its own; repeatable', repeatable: true },
    '--rate-limit <requests>': { text: 'requests an hour for each project; default: 3600', parse: parseCount },
    '--limit <what=number>': {
      text: 'most servers, snapshots or primary-ips of a project; repeatable',
      repeatable: true,
    },
    '--out-of-stock <type@location>': { text: 'what cannot be had; repeatable', repeatable: true },
    '--fault <rule>': {
      text: 'what goes wrong, as docs/sandbox.md says; @FILE: a rule a line; repeatable',
      repeatable: true,
    },
    '-v, --verbose': 'show every request as it is answered',
  },
  run: async (io, flags) => {
    const { runSandbox } = await import('./sandbox.ts')
    return { text: '', exitCode: await runSandbox(io, flags) }
  },
})
