/** How clients come to a port of a machine. */

import type { ConnectionFault } from '../faults.ts'
import { requireFree } from '../listen.ts'
import { NETWORK } from './argv.ts'
import type { Qmp } from './qmp.ts'
import { openRelay } from './relay.ts'

export interface ForwardOptions {
  /** Where clients come. */
  readonly address: string
  readonly port: number
  /** The machine's own port. */
  readonly machinePort: number
  readonly qmp: Qmp
  /** Asked for each connection; left out where none can go wrong. */
  readonly onConnection?: (() => ConnectionFault | undefined) | undefined
}

export interface Forward {
  /** Drops every connection. QEMU's own part ends with it. */
  close(): Promise<void>
}

/**
 * Forwards a port to the machine: by QEMU itself, or, where connections may go wrong, through a relay in this process.
 * @throws Error when the port is taken, or QEMU has ended
 */
export async function forward(options: ForwardOptions): Promise<Forward> {
  const { address, port, machinePort, qmp, onConnection } = options
  const listen = async (own: number): Promise<void> => {
    const complaint = await qmp.monitor(`hostfwd_add ${NETWORK} tcp:${address}:${own}-:${machinePort}`)
    if (complaint !== '') throw new Error(complaint)
  }
  if (onConnection === undefined) {
    await listen(port)
    return { close: async () => undefined }
  }
  const relayPort = await requireFree(address, 0)
  await listen(relayPort)
  return openRelay({ address, port, machinePort: relayPort, onConnection })
}
