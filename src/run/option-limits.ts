/** Which numbers a run takes as waits. Without imports that would slow the command's start. */

import type { Problem } from '../errors.ts'
import { isPort, MOST_WAIT_MS } from '../util/limits.ts'
import type { StockPatience, Timeouts } from './timeouts.ts'

/** Whether a wait may take so long: more than 0 milliseconds, and at most a day. */
export function isWait(ms: number): boolean {
  return Number.isFinite(ms) && ms > 0 && ms <= MOST_WAIT_MS
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 60 * 60_000 }

/** Milliseconds of a duration such as `90s`, `1h30m` (as Go writes them) or `90`, if one may wait so long. */
export function toWait(text: string): number | undefined {
  const whole = /^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : text
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(whole)) return undefined
  const parts = [...whole.matchAll(/([\d.]+)([a-z]+)/g)]
  const ms = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (UNIT_MS[unit] ?? Number.NaN), 0)
  return isWait(ms) ? ms : undefined
}

/** What is wrong with the numbers among a run's options: all of it, in the words of the library. */
export function findLimitProblems(options: {
  readonly sshPort?: number | undefined
  readonly talosPort?: number | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
  readonly stock?: Pick<StockPatience, 'waitMs'> | undefined
}): Problem[] {
  const { sshPort, talosPort, timeouts = {}, stock } = options
  const problems: Problem[] = []
  for (const [name, port] of Object.entries({ sshPort, talosPort })) {
    if (port !== undefined && !isPort(port)) {
      problems.push(usage(`${name}: ${port} is not a port`, 'give a number from 1 to 65535'))
    }
  }
  const waits = Object.entries(timeouts).map(([name, ms]) => ({ name: `timeouts.${name}`, ms }))
  // Not to wait for stock at all is 0.
  if (stock !== undefined && stock.waitMs !== 0) waits.push({ name: 'stock.waitMs', ms: stock.waitMs })
  for (const { name, ms } of waits) {
    if (!isWait(ms)) {
      problems.push(usage(`${name}: ${ms} is not a time to wait`, 'give milliseconds, at most those of 24 hours'))
    }
  }
  return problems
}

const usage = (message: string, hint: string): Problem => ({ code: 'usage', message, hint })
