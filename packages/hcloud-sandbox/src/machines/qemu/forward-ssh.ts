/** How clients come to a machine's SSH. */

import type { MachineFaults } from '../faults.ts'
import { requireFree } from '../listen.ts'
import type { MachineSpec } from '../machine.ts'
import { NETWORK } from './argv.ts'
import type { Qmp } from './qmp.ts'
import { openRelay } from './relay.ts'

export interface SshForward {
  /** Drops every connection. QEMU's own part ends with it. */
  close(): Promise<void>
}

/**
 * Forwards the SSH port to the machine: by QEMU itself, or, where connections may go wrong, through a relay in this process.
 * @throws Error when the port is taken, or QEMU has ended
 */
export async function forwardSsh(spec: MachineSpec, qmp: Qmp, faults: MachineFaults | undefined): Promise<SshForward> {
  const { address, sshPort } = spec
  const forward = async (port: number): Promise<void> => {
    const complaint = await qmp.monitor(`hostfwd_add ${NETWORK} tcp:${address}:${port}-:22`)
    if (complaint !== '') throw new Error(complaint)
  }
  if (faults === undefined) {
    await forward(sshPort)
    return { close: async () => undefined }
  }
  const machinePort = await requireFree(address, 0)
  await forward(machinePort)
  return openRelay({ address, port: sshPort, machinePort, onConnection: () => faults.atConnection(spec) })
}
