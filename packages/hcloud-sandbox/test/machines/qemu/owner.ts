/** The owner of a machine, for tests that kill it. Prints the number of the machine's process. */

import { readFile } from 'node:fs/promises'
import { createQemuMachines } from '../../../src/machines/qemu/machines.ts'

const [, , diskFile = '', cacheDir = ''] = process.argv
const machines = createQemuMachines({ cacheDir })
await machines.check()
const machine = machines.create({
  id: 1,
  name: 'owned',
  architecture: 'x86',
  address: '127.0.0.1',
  sshPort: 0,
  talosPort: 0,
  diskFile,
})
await machine.powerOn({ system: 'disk', authorizedKeys: [], rootPassword: '' })
const [pid] = (await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')).split(' ')
process.stdout.write(`${pid}\n`)
