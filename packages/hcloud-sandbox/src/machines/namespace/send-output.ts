/** A command's two outputs on their way through one SSH channel. */

import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { ServerChannel } from 'ssh2'

/** What ssh2 keeps of a write that waits for the client's window, and never forgets. */
const REMEMBERED = ['_chunk', '_chunkcb', '_chunkErr', '_chunkcbErr']

/**
 * Sends what a command prints, one piece at a time, each waiting for the client to have room for it.
 *
 * The two outputs share a window. ssh2 (1.17.0) wakes only one of two writes that wait for it, so that the other waits
 * for ever, and sends an old piece again when the other output has to wait later. Turns prevent the first, forgetting
 * the second.
 * @returns when all that it will ever print is on its way; never, when the channel closes before
 */
export async function sendOutput(child: ChildProcessWithoutNullStreams, channel: ServerChannel): Promise<void> {
  let turn: Promise<unknown> = Promise.resolve()
  const send = async (source: Readable, target: Writable): Promise<void> => {
    for await (const piece of source) {
      const sent = turn.then(() => writePiece(channel, target, piece))
      turn = sent
      await sent
    }
  }
  await Promise.all([send(child.stdout, channel), send(child.stderr, channel.stderr)])
}

const writePiece = (channel: ServerChannel, target: Writable, piece: unknown): Promise<void> =>
  new Promise((resolve) => {
    target.write(piece, () => {
      for (const name of REMEMBERED) Reflect.set(channel, name, undefined)
      resolve()
    })
  })
