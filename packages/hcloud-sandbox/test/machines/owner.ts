/** The owner of a machine with running commands, for tests that kill it. Prints the init's process number. */

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { openIsolation } from '../../src/machines/namespace/isolation.ts'

const [, , diskFile = '', mark = ''] = process.argv
const isolation = await openIsolation({ diskFile, hostName: mark, system: 'rescue' })
const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')
const commands = [
  `echo started; exec -a ${mark} sleep 1000`,
  `setsid bash -c 'echo started; exec -a ${mark} sleep 1000'; true`,
  `(trap "" HUP TERM INT; exec -a ${mark} sleep 1000) & echo started; wait`,
  `echo started; kill -STOP $$; : ${mark}`,
]
for (const command of commands) await once(isolation.start(command).stdout, 'data')
process.stdout.write(`${children.split(' ')[0]}\n`)
