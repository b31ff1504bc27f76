/** What the owner of a sandbox and its clients say to each other: lines of JSON. */

import type { Duplex } from 'node:stream'
import * as v from 'valibot'
import { LATENCY_PROFILES } from '../cloud/options.ts'
import { FaultRule } from '../faults/rule.ts'
import { MACHINE_KINDS } from '../machines/index.ts'
import { Running } from '../state/lock-files.ts'

const Count = v.optional(v.number())

const Settings = v.object({
  stateDir: v.string(),
  setting: v.optional(v.string()),
  cacheDir: v.optional(v.string()),
  machines: v.optional(v.picklist(MACHINE_KINDS.map(({ name }) => name))),
  latency: v.optional(v.picklist(LATENCY_PROFILES)),
  port: Count,
  factoryPort: Count,
  sshPort: Count,
  imageDiskBytes: Count,
  outOfStock: v.optional(v.array(v.string())),
  rateLimit: v.optional(v.object({ limit: v.number(), perSecond: v.number() })),
  faults: v.optional(v.array(FaultRule)),
})
/** What a sandbox is started with, as far as it can be said to another process. */
export type Settings = Readonly<v.InferInput<typeof Settings>>

const Use = v.object({
  /** Whether servers are to be built with: what they need is then checked. */
  needsMachines: v.boolean(),
  /** Names of projects that it must have; they are made. */
  projects: v.array(v.string()),
  /** Absolute path of a file that gets each answer of the cloud, as a line of JSON. */
  recordFile: v.optional(v.string()),
})
/** What a client needs of a sandbox. */
export type Use = Readonly<v.InferOutput<typeof Use>>

/** The first and only line of a client: with the sandbox's token at its port, with settings from the one that starts it. */
export const Request = v.object({ token: v.optional(v.string()), settings: v.optional(Settings), use: Use })

const Place = v.variant('kind', [
  v.object({
    kind: v.literal('file'),
    file: v.string(),
    line: v.exactOptional(v.number()),
    column: v.exactOptional(v.number()),
  }),
  v.object({ kind: v.literal('flag'), name: v.string() }),
  v.object({ kind: v.literal('env'), name: v.string() }),
])
const Problem = v.object({
  code: v.picklist(['usage', 'sandbox']),
  message: v.string(),
  at: v.optional(Place),
  hint: v.optional(v.string()),
})

/** A line of the owner. The client may use the sandbox from `running` on. */
export const Answer = v.variant('type', [
  v.object({ type: v.literal('progress'), line: v.string() }),
  v.object({
    type: v.literal('running'),
    sandbox: Running,
    recovered: v.boolean(),
    machinesNote: v.string(),
  }),
  v.object({ type: v.literal('problems'), problems: v.array(Problem) }),
  /** Another process owns the state directory by now. */
  v.object({ type: v.literal('taken') }),
  v.object({ type: v.literal('defect'), stack: v.string() }),
  /** To a client that leaves: the sandbox goes on without it. Without this, the owner ends. */
  v.object({ type: v.literal('stays') }),
])
export type Answer = v.InferOutput<typeof Answer>
/** The answer that a client may use the sandbox. */
export type Welcome = Extract<Answer, { readonly type: 'running' }>

/** More than any line has; what follows without a line break is not kept. */
const LONGEST_LINE = 1024 * 1024

/** Calls back with each line. A stream that fails, or that sends something else, is closed. */
export function onLines(stream: Duplex, listener: (line: unknown) => void): void {
  let rest = ''
  stream.on('error', () => stream.destroy())
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    try {
      if (rest.length > LONGEST_LINE) throw new RangeError('the line is too long')
      for (const line of lines) listener(JSON.parse(line))
    } catch {
      stream.destroy()
    }
  })
}

export function sendLine(stream: Duplex, line: Answer | v.InferInput<typeof Request>): void {
  if (stream.writable) stream.write(`${JSON.stringify(line)}\n`)
}
