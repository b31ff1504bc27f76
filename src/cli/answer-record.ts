/** A file with every answer that the emulated cloud gives: what a test of another program looks into afterwards. */

import { appendFileSync } from 'node:fs'
import type { AnsweredExchange } from 'hcloud-sandbox'
import { TalosImageError } from '../errors.ts'

/**
 * Opens the record and gives what adds an answer to it, as a line of JSON. What is in the file stays.
 * @param file absolute path
 * @throws TalosImageError `usage` when it cannot be written
 */
export function openAnswerRecord(file: string): (exchange: AnsweredExchange) => void {
  try {
    appendFileSync(file, '', { mode: 0o600 })
  } catch (cause) {
    throw new TalosImageError(
      {
        code: 'usage',
        message: `the record of answers cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
        at: { kind: 'env', name: 'TALOS_IMAGE_SANDBOX_RECORD' },
        hint: 'name a file in a folder that exists',
      },
      { cause },
    )
  }
  // At once and in one piece: a process that is killed right after must not lose what it has answered.
  return (exchange) => appendFileSync(file, `${JSON.stringify(exchange)}\n`)
}
