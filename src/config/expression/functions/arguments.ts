/** The arguments of a function, each as the function wants it. */

import type { Origin } from '../../../errors.ts'
import { formatKind, type ListValue, NULL, type ObjectValue, type Value } from '../../value.ts'
import { EvaluationFailure } from '../failure.ts'
import { toBool, toNumber, toText } from '../operators.ts'

export interface Argument {
  readonly value: Value
  readonly origin: Origin
}

/** Every getter throws an EvaluationFailure when the argument is of another kind. */
export class Arguments {
  readonly all: readonly Argument[]
  readonly origin: Origin

  constructor(all: readonly Argument[], origin: Origin) {
    this.all = all
    this.origin = origin
  }

  get count(): number {
    return this.all.length
  }

  value(index: number): Value {
    return this.all[index]?.value ?? NULL
  }

  text(index: number): string {
    return toText(this.value(index), this.#originOf(index))
  }

  number(index: number): number {
    return toNumber(this.value(index), this.#originOf(index))
  }

  bool(index: number): boolean {
    return toBool(this.value(index), this.#originOf(index))
  }

  list(index: number): ListValue {
    const value = this.value(index)
    if (value.kind === 'list') return value
    throw new EvaluationFailure(`a list is needed here, not ${formatKind(value.kind)}`, this.#originOf(index))
  }

  texts(index: number): string[] {
    return this.list(index).items.map((item) => toText(item, this.#originOf(index)))
  }

  object(index: number): ObjectValue {
    const value = this.value(index)
    if (value.kind === 'object') return value
    throw new EvaluationFailure(`an object is needed here, not ${formatKind(value.kind)}`, this.#originOf(index))
  }

  /** The texts from this argument on. */
  textsFrom(index: number): string[] {
    return this.all.slice(index).map(({ value, origin }) => toText(value, origin))
  }

  fail(message: string, index?: number): never {
    throw new EvaluationFailure(message, index === undefined ? this.origin : this.#originOf(index))
  }

  #originOf(index: number): Origin {
    return this.all[index]?.origin ?? this.origin
  }
}

/** A function: how many arguments it takes, and what it gives. */
export interface FunctionEntry {
  readonly least: number
  readonly most: number
  readonly run: (args: Arguments) => Value
}

export const takes = (least: number, most: number, run: (args: Arguments) => Value): FunctionEntry => ({
  least,
  most,
  run,
})
