/**
 * The parser's module in a process of its own, which ends a second after its last answer: WebAssembly never gives memory
 * back, and the 90 MB would stay for as long as a build runs.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { isSea } from 'node:sea'
import * as v from 'valibot'
import type { ParserModule } from '../config/hcl/parser.ts'

const IDLE_MS = 1000

/** Runs in the other process, so it is a text, and plain JavaScript. */
const PROGRAM = `
const functions = require(process.argv[1])
process.on('disconnect', () => process.exit())
process.on('message', async ({ id, call, args }) => {
  try {
    process.send({ id, value: await functions[call](...args) })
  } catch (error) {
    process.send({ id, fault: { message: String(error && error.message || error), isRange: error instanceof RangeError } })
  }
})
`

const Fault = v.object({ message: v.string(), isRange: v.boolean() })
const Answer = v.object({ id: v.number(), value: v.optional(v.unknown()), fault: v.optional(Fault) })

/** What makes this program run a text: Node.js does, and an executable by its loader (`scripts/executables/loader.cjs`). */
const EVALUATE = isSea() ? ['embedded:eval'] : ['--input-type=commonjs', '-e']

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** @param path of the module that holds the parser @param idleMs after which it ends */
export function startParserProcess(path: string, idleMs = IDLE_MS): ParserModule {
  const pending = new Map<number, Pending>()
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let next = 0

  function start(): ChildProcess {
    const started = spawn(process.execPath, [...EVALUATE, PROGRAM, path], {
      // It needs nothing of the environment, where the token is.
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const onEnd = (why: string) => (): void => {
      // One that rested may have a successor by now, whose calls these are.
      if (child !== started) return
      child = undefined
      for (const { reject } of pending.values()) reject(new Error(`the process of the HCL parser ${why}`))
      pending.clear()
    }
    started.on('error', onEnd('could not be started'))
    started.on('exit', onEnd('ended'))
    started.on('message', (message) => {
      const { id, value, fault } = v.parse(Answer, message)
      const waiting = pending.get(id)
      pending.delete(id)
      if (pending.size === 0) rest(started)
      if (fault === undefined) waiting?.resolve(value)
      else waiting?.reject(new (fault.isRange ? RangeError : Error)(fault.message))
    })
    return started
  }

  /** Does not keep this process from ending, and ends itself unless it is called again. */
  function rest(started: ChildProcess): void {
    started.unref()
    started.channel?.unref()
    idle = setTimeout(() => {
      if (child === started) child = undefined
      started.disconnect()
    }, idleMs)
    idle.unref()
  }

  const call = (name: string, args: readonly string[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      clearTimeout(idle)
      child ??= start()
      child.ref()
      child.channel?.ref()
      const id = next++
      pending.set(id, { resolve, reject })
      child.send({ id, call: name, args }, (error) => {
        if (error !== null && pending.delete(id)) reject(error)
      })
    })
  return {
    parse: (name, text) => call('parse', [name, text]),
    getExpressionAst: (name, text) => call('getExpressionAst', [name, text]),
  }
}
