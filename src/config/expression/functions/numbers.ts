/** Functions on numbers. */

import { type Scalar, toNumberValue } from '../../value.ts'
import { type Arguments, type FunctionEntry, MANY, takes } from './arguments.ts'

const ofNumber = (change: (number: number) => number): FunctionEntry =>
  takes(1, 1, (args) => toNumberValue(change(args.number(0))))
const ofTwo = (combine: (a: number, b: number) => number): FunctionEntry =>
  takes(2, 2, (args) => toFinite(args, combine(args.number(0), args.number(1))))
const ofNumbers = (choose: (...numbers: number[]) => number): FunctionEntry =>
  takes(1, MANY, (args) => toNumberValue(choose(...args.all.map((_, index) => args.number(index)))))

const toFinite = (args: Arguments, number: number): Scalar =>
  Number.isFinite(number) ? toNumberValue(number) : args.fail('this has no finite value')

export const NUMBER_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  abs: ofNumber(Math.abs),
  ceil: ofNumber(Math.ceil),
  floor: ofNumber(Math.floor),
  signum: ofNumber(Math.sign),
  pow: ofTwo(Math.pow),
  log: ofTwo((number, base) => Math.log(number) / Math.log(base)),
  max: ofNumbers(Math.max),
  min: ofNumbers(Math.min),
  parseint: takes(2, 2, (args) => {
    const number = Number.parseInt(args.text(0), args.number(1))
    return Number.isNaN(number) ? args.fail('this is not a number', 0) : toNumberValue(number)
  }),
  sum: takes(1, 1, (args) => {
    const numbers = args.numbers(0)
    return numbers.length === 0 ? args.fail('the list is empty', 0) : toNumberValue(numbers.reduce((a, b) => a + b))
  }),
}
