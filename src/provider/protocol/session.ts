/** What the calls of one host have in common. */

import type { Context } from '../definition.ts'
import type { Message, Received } from './message.ts'

/** Calls by their names in the protocol: each takes a message and gives one. */
export type Calls = Readonly<Record<string, (request: Received) => Promise<Message>>>

export interface Session extends Context {
  readonly env: Readonly<Record<string, string | undefined>>
  /** undefined until the host configures it, which it does before any other call that needs it. */
  provider: unknown
}
