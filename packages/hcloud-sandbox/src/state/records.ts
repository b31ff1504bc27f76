/** Files that get each answer of the cloud. */

import { appendFileSync } from 'node:fs'
import type { AnsweredExchange } from '../cloud/options.ts'

type Listener = (exchange: AnsweredExchange) => void

export interface Records {
  /** Adds a file, once. @param file absolute */
  add(file: string): void
  /** What is to be told of each answer; undefined while there is nothing. */
  listener(): Listener | undefined
}

/** @param onAnswer is told of each answer, too */
export function createRecords(onAnswer: Listener | undefined): Records {
  const files = new Set<string>()
  const listener: Listener = (exchange) => {
    onAnswer?.(exchange)
    // At once and in one piece: a process that is killed right after must not lose what it has answered.
    for (const file of files) appendFileSync(file, `${JSON.stringify(exchange)}\n`)
  }
  return {
    add: (file) => files.add(file),
    listener: () => (onAnswer === undefined && files.size === 0 ? undefined : listener),
  }
}
