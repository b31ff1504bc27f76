/** QEMU's own protocol (QMP): a line of JSON for each message, both ways. */

import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import * as v from 'valibot'

const Event = v.object({ event: v.string(), data: v.optional(v.looseObject({ reason: v.optional(v.string()) }), {}) })
const Answer = v.object({ return: v.unknown() })
const Refusal = v.object({ error: v.object({ desc: v.string() }) })
const Greeting = v.object({ QMP: v.unknown() })

const Message = v.pipe(v.string(), v.parseJson(), v.union([Event, Refusal, Greeting, Answer]))

export interface Qmp {
  /**
   * Runs a command of QEMU's monitor for people, and gives what it says; most say nothing when all is well.
   * @throws Error when QEMU refuses or goes away
   */
  monitor(commandLine: string): Promise<string>
}

/**
 * Waits for QEMU's greeting, and makes it listen to commands.
 * @param onShutdown is told why QEMU ends: `guest-reset`, `guest-shutdown`, ...
 * @throws Error when QEMU goes away before that
 */
export async function openQmp(stream: Duplex, onShutdown: (reason: string) => void): Promise<Qmp> {
  // A QEMU that ends resets the connection; both would tell of it, and `close` follows in any case.
  stream.on('error', () => undefined)
  const lines = createInterface({ input: stream }).on('error', () => undefined)
  const waiting: { resolve: (value: unknown) => void; reject: (reason: Error) => void }[] = []
  let closed = false
  const greeted = new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      const parsed = v.safeParse(Message, line)
      if (!parsed.success) return
      const message = parsed.output
      if ('QMP' in message) resolve()
      else if ('event' in message) {
        if (message.event === 'SHUTDOWN') onShutdown(message.data.reason ?? '')
      } else if ('error' in message) waiting.shift()?.reject(new Error(message.error.desc))
      else waiting.shift()?.resolve(message.return)
    })
    stream.on('close', () => {
      closed = true
      const gone = new Error('QEMU has ended')
      reject(gone)
      for (const { reject: refuse } of waiting.splice(0)) refuse(gone)
    })
  })
  const execute = (command: string, args: Readonly<Record<string, string>> = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(new Error('QEMU has ended'))
      // QEMU answers commands in the order in which they came.
      waiting.push({ resolve, reject })
      stream.write(`${JSON.stringify({ execute: command, arguments: args })}\n`)
    })
  await greeted
  await execute('qmp_capabilities')
  return {
    async monitor(commandLine) {
      return v.parse(v.string(), await execute('human-monitor-command', { 'command-line': commandLine })).trim()
    },
  }
}
