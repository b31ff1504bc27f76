/** The arguments of a function, each as the function wants it. */

import type { Origin } from '../../../errors.ts'
import { formatKind, type ListValue, NULL, type ObjectValue, type Value } from '../../value.ts'
import { Budget } from '../budget.ts'
import { EvaluationFailure } from '../failure.ts'
import { toBool, toNumber, toText } from '../operators.ts'

/** As many arguments as there are. */
export const MANY = Number.POSITIVE_INFINITY

/** Where the paths of a template count from. */
export interface Place {
  /** Absolute; only files in here are read. */
  readonly directory: string
  readonly cwd: string
}

export interface Argument {
  readonly value: Value
  readonly origin: Origin
}

/** Every getter throws an EvaluationFailure when the argument is of another kind. */
export class Arguments {
  readonly all: readonly Argument[]
  readonly origin: Origin
  /** Undefined where no files may be read. */
  readonly place: Place | undefined
  readonly budget: Budget

  constructor(all: readonly Argument[], origin: Origin, place: Place | undefined, budget: Budget = new Budget()) {
    this.all = all
    this.origin = origin
    this.place = place
    this.budget = budget
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

  whole(index: number): number {
    const number = this.number(index)
    return Number.isInteger(number) ? number : this.fail(`a whole number is needed here, not ${number}`, index)
  }

  /** Counts bytes before they are made of what is much smaller. @throws EvaluationLimit */
  take(bytes: number): void {
    this.budget.take(bytes, this.origin)
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

  numbers(index: number): number[] {
    return this.list(index).items.map((item) => toNumber(item, this.#originOf(index)))
  }

  /** null counts as false. */
  bools(index: number): boolean[] {
    const at = this.#originOf(index)
    return this.list(index).items.map((item) => item.kind !== 'null' && toBool(item, at))
  }

  object(index: number): ObjectValue {
    const value = this.value(index)
    if (value.kind === 'object') return value
    throw new EvaluationFailure(`an object is needed here, not ${formatKind(value.kind)}`, this.#originOf(index))
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
  /** Whether it takes a value out of a bigger one, and reads no other part of that. */
  readonly picks: boolean
  readonly run: (args: Arguments) => Value
}

export const takes = (least: number, most: number, run: (args: Arguments) => Value): FunctionEntry => ({
  least,
  most,
  picks: false,
  run,
})

export const picks = (least: number, most: number, run: (args: Arguments) => Value): FunctionEntry => ({
  ...takes(least, most, run),
  picks: true,
})
