/** The options of rules: how each is written, and under which key a rule holds it. */

import { ARCHITECTURES } from '../domain.ts'
import { BYTES, CODE, countFrom, DURATION, oneOf, PERCENT, TEXT, type ValueKind } from './values.ts'

export interface Option {
  readonly name: string
  /** The key in a rule; see rule.ts for which rules have it. */
  readonly key: string
  /** Left out for an option that is a bare word. */
  readonly value?: ValueKind
}

/** In the order in which a rule's canonical text has them. */
export const OPTIONS: readonly Option[] = [
  { name: 'after-effect', key: 'afterEffect' },
  { name: 'code', key: 'code', value: CODE },
  { name: 'message', key: 'message', value: TEXT },
  { name: 'agent', key: 'agent', value: TEXT },
  { name: 'body', key: 'body', value: oneOf('none', 'html') },
  { name: 'reset-in', key: 'resetInMs', value: DURATION },
  { name: 'delay', key: 'delayMs', value: DURATION },
  { name: 'for', key: 'forMs', value: DURATION },
  { name: 'command', key: 'command', value: TEXT },
  { name: 'after', key: 'afterMs', value: DURATION },
  { name: 'at', key: 'atByte', value: BYTES },
  { name: 'size', key: 'sizeBytes', value: BYTES },
  { name: 'arch', key: 'architecture', value: oneOf(...ARCHITECTURES) },
  { name: 'skip', key: 'skip', value: countFrom(0) },
  { name: 'times', key: 'times', value: countFrom(1) },
  { name: 'chance', key: 'chance', value: PERCENT },
  { name: 'seed', key: 'seed', value: countFrom(0) },
]

/** As people write it: `times=`, or `after-effect`. */
export function nameOption({ name, value }: Option): string {
  return value === undefined ? name : `${name}=`
}
