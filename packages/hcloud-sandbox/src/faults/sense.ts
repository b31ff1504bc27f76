/** What the shapes of rules cannot say: options that each make sense, but not together. */

import type { Mistake } from './words.ts'

const SMALLEST_DISK_BYTES = 1024 * 1024
const SECTOR_BYTES = 512

/** @param offset where the rule begins */
export function findContradictions(values: ReadonlyMap<string, string | number | true>, offset: number): Mistake[] {
  const mistakes: Mistake[] = []
  const add = (message: string, hint: string) => mistakes.push({ offset, message, hint })
  if (values.has('body') && (values.has('code') || values.has('message'))) {
    add('body= takes the place of the error that code= and message= are part of', 'leave out body=, or those')
  }
  if (values.has('resetInMs') && values.get('status') !== 429) {
    add('reset-in= says when requests are allowed again, which only 429 is about', 'leave it out, or write 429')
  }
  const size = values.get('sizeBytes')
  if (typeof size === 'number' && (size < SMALLEST_DISK_BYTES || size % SECTOR_BYTES !== 0)) {
    add(`no disk can have ${size} bytes`, 'give size= at least 1MiB, in whole sectors of 512 bytes')
  }
  return mistakes
}
