/** Runs one command in a machine, and prints what it prints; for tests that say how this process is started. */

import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { openIsolation } from '../../src/machines/namespace/isolation.ts'

const [, , diskFile = '', command = ''] = process.argv
const isolation = await openIsolation({ diskFile, hostName: 'rescue', system: 'rescue' })
const child = isolation.start(command)
child.stdin.end()
const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
await isolation.close()
process.stdout.write(said)
