/** Holds every answer of an emulated cloud against the provider's published OpenAPI document. */

import { readFile } from 'node:fs/promises'
import type { AnsweredExchange } from 'hcloud-sandbox'
import * as v from 'valibot'
import { createOpenApiJudge, type OpenApiJudge } from './judge.ts'

export interface Verdict {
  /** Judges one answer. */
  onAnswer(exchange: AnsweredExchange): void
  /** @throws Error that lists what was wrong with the answers so far */
  speak(): void
}

/** One judge a test file, made when the first answer comes. */
let shared: OpenApiJudge | undefined

export function createVerdict(): Verdict {
  const problems = new Set<string>()
  return {
    onAnswer({ method, path, status, body }) {
      shared ??= createOpenApiJudge()
      for (const problem of shared.check(method, path, status, body)) problems.add(problem)
    },
    speak() {
      if (problems.size === 0) return
      throw new Error(`the emulated cloud has answered otherwise than documented:\n  ${[...problems].join('\n  ')}`)
    },
  }
}

const Exchange = v.object({ method: v.string(), path: v.string(), status: v.number(), body: v.optional(v.unknown()) })

/**
 * Judges what a command has recorded with `TALOS_IMAGE_SANDBOX_RECORD`; a file that is not there holds nothing.
 * @throws Error that lists what was wrong
 */
export async function judgeRecord(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  })
  const verdict = createVerdict()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const { method, path, status, body } = v.parse(Exchange, JSON.parse(line))
    verdict.onAnswer({ method, path, status, body })
  }
  verdict.speak()
}
