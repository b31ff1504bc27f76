/** Unit tests stay in their own process: they start no server and no other program. Those that do are integration tests. */

import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

function refuse(): never {
  throw new Error('A unit test starts no server and no other program; move it to test/integration/.')
}

net.Server.prototype.listen = refuse
Object.assign(childProcess, {
  exec: refuse,
  execFile: refuse,
  execFileSync: refuse,
  execSync: refuse,
  fork: refuse,
  spawn: refuse,
  spawnSync: refuse,
})
syncBuiltinESMExports()
