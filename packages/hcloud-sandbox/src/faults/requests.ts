/** Does to one request what a rule wants. */

import type { Clock } from '../clock.ts'
import { neverAnswer, resetConnection, spoilBody } from '../state/faulty-answer.ts'
import { addOddEntries } from './odd-entries.ts'
import { refuseAsApi, refuseAsFactory } from './refusals.ts'
import type { RequestRule } from './rule.ts'

export interface FaultyRequest {
  /** Makes the service do the work. */
  readonly answer: () => Promise<Response>
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** The answer that the client gets; undefined: what the service says. */
export async function answerFaulty(rule: RequestRule, request: FaultyRequest): Promise<Response | undefined> {
  switch (rule.effect) {
    case 'truncate':
    case 'stall':
    case 'alter':
      return spoilBody(await request.answer(), rule.effect, rule.atByte)
    case 'odd-entry':
      return addOddEntries(await request.answer())
    case 'yaml=v3':
    case 'yaml=rc4':
    case 'yaml=v4':
      // The Factory itself asks for it.
      return undefined
    case 'slow':
      return answerSlowly(rule, request)
  }
  if (rule.afterEffect) await loseAnswer(request)
  switch (rule.effect) {
    case 'reset':
      return resetConnection()
    case 'hang':
      return neverAnswer()
    default:
      return rule.subject === 'api' ? refuseAsApi(rule, request.clock.now()) : refuseAsFactory(rule)
  }
}

/** Nothing is done for a client that goes away before its work has begun. */
async function answerSlowly(
  { afterEffect, delayMs }: Extract<RequestRule, { readonly effect: 'slow' }>,
  { answer, signal, clock }: FaultyRequest,
): Promise<Response | undefined> {
  const response = afterEffect ? await answer() : undefined
  try {
    await clock.sleep(delayMs, signal)
  } catch {
    await response?.body?.cancel()
    return neverAnswer()
  }
  return response
}

async function loseAnswer({ answer }: FaultyRequest): Promise<void> {
  const { body } = await answer()
  await body?.cancel()
}
