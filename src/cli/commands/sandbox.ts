/** `talos-image sandbox`: the emulated cloud alone, for other programs to use. */

import { once } from 'node:events'
import { startSandbox } from '../../sandbox/sandbox.ts'
import type { CloudOptions } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { toSandboxOptions } from '../sandbox-options.ts'

/** Runs in the foreground until it is interrupted; prints the environment that points programs at it. */
export async function runSandbox(io: Io, { machines }: Pick<CloudOptions, 'machines'>): Promise<number> {
  await using sandbox = await startSandbox({ ...toSandboxOptions(io), machines, signal: io.signal })
  io.out(`export HCLOUD_ENDPOINT=${sandbox.endpoint}
export HCLOUD_TOKEN=${sandbox.token}
export TALOS_IMAGE_FACTORY_URL=${sandbox.factoryUrl}
`)
  if (sandbox.attached) {
    io.err('A sandbox runs already on this state; these are its addresses.\n')
    return EXIT.success
  }
  io.err(`\nMachines answer SSH on port ${sandbox.sshPort}. Commands with --sandbox use this sandbox while it runs.\n`)
  io.err('Ctrl-C ends it; what was made in it stays.\n')
  if (!io.signal.aborted) await once(io.signal, 'abort')
  return EXIT.success
}
