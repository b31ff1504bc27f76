/** What `boot-test` takes. */

import type { Parameters, Values } from './define-command.ts'
import { parseDuration, parseId } from './flags.ts'
import { serverFlags } from './server-flags.ts'
import { projectFlags } from './shared-flags.ts'

export const bootTestParameters = {
  '<id>': { text: 'a snapshot ID', parse: parseId },
  ...projectFlags,
  '--location <name>': 'where it is booted, if there is stock',
  '--ip-family <family>': serverFlags['--ip-family <family>'],
  '--network <name|id>': serverFlags['--network <name|id>'],
  '--ssh-over <way>': { ...serverFlags['--ssh-over <way>'], text: 'over which address Talos is asked' },
  '--firewall <name|id>': serverFlags['--firewall <name|id>'],
  '--server-label <key=value>': { ...serverFlags['--server-label <key=value>'], text: 'a label of it; repeatable' },
  '--wait-for-stock <duration>': { text: 'look so long for a server in stock, such as 30m', parse: parseDuration },
  '--boot-timeout <duration>': { text: 'wait so long for Talos, such as 10m', parse: parseDuration },
} as const satisfies Parameters
export type BootTestFlags = Values<typeof bootTestParameters>
