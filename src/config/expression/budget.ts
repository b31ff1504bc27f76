/** How much evaluating may take: a template that asks for more ends with an error, before the computer has given it. */

import type { Origin } from '../../errors.ts'
import { isScalar, type Value } from '../value.ts'
import { BudgetSpent, EvaluationLimit } from './failure.ts'

/** Expressions that are evaluated; one in a `for` counts each time. */
export const MOST_STEPS = 2_000_000

/** Mebibytes of all values that are made, each counted as if it stood by itself, and an eighth of those that functions read. */
export const MOST_MIB = 256

/** Values in values, and expressions in expressions. */
export const MOST_LEVELS = 400

/** What a value takes beside its text: some 64 bytes in Node.js. */
const BYTES_OF_VALUE = 64

/** What is left for one reading of a template. Once it is spent, everything fails with the same error. */
export class Budget {
  #steps = 0
  #bytes = 0
  #levels = 0
  #spent: BudgetSpent | undefined

  /** An expression begins. @throws EvaluationLimit */
  enter(at: Origin): void {
    if (this.#spent !== undefined) throw this.#spent
    this.#steps += 1
    if (this.#steps > MOST_STEPS) this.#end(`${MOST_STEPS} steps`, at)
    if (this.#levels >= MOST_LEVELS) throw new EvaluationLimit(`more than ${MOST_LEVELS} expressions in each other`, at)
    this.#levels += 1
  }

  /** The expression that was entered last ends. */
  leave(): void {
    this.#levels -= 1
  }

  /** @param bytes that are about to be used @throws EvaluationLimit */
  take(bytes: number, at: Origin): void {
    if (this.#spent !== undefined) throw this.#spent
    this.#bytes += bytes
    // Also where it is not a number.
    if (!(this.#bytes <= MOST_MIB << 20)) this.#end(`${MOST_MIB} MiB`, at)
  }

  /** A value that was made. @throws EvaluationLimit */
  made(value: Value, at: Origin): Value {
    const { bytes, levels } = sizeOf(value)
    if (levels > MOST_LEVELS) throw new EvaluationLimit(`more than ${MOST_LEVELS} lists or objects in each other`, at)
    this.take(bytes, at)
    return value
  }

  #end(limit: string, at: Origin): never {
    this.#spent = new BudgetSpent(`evaluating the template takes more than ${limit}`, at)
    throw this.#spent
  }
}

interface Size {
  /** With everything in it, as often as it is in there. */
  readonly bytes: number
  readonly levels: number
}

const sizes = new WeakMap<Value, Size>()

export function sizeOf(value: Value): Size {
  if (isScalar(value)) return { bytes: BYTES_OF_VALUE + value.text.length, levels: 0 }
  const known = sizes.get(value)
  if (known !== undefined) return known
  let bytes = BYTES_OF_VALUE
  let levels = 0
  const add = (inner: Value): void => {
    const size = sizeOf(inner)
    bytes += size.bytes
    levels = Math.max(levels, size.levels + 1)
  }
  if (value.kind === 'list') for (const item of value.items) add(item)
  if (value.kind === 'object') {
    for (const [name, member] of value.members) {
      bytes += BYTES_OF_VALUE + name.length
      add(member)
    }
  }
  const size = { bytes, levels }
  sizes.set(value, size)
  return size
}
