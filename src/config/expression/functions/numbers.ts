/** Functions on numbers. */

import { type Scalar, toNumberValue } from '../../value.ts'
import { type Arguments, type FunctionEntry, MANY, takes } from './arguments.ts'

const ofNumber = (change: (number: number) => number): FunctionEntry =>
  takes(1, 1, (args) => toFinite(args, change(args.number(0))))
const ofTwo = (combine: (a: number, b: number) => number): FunctionEntry =>
  takes(2, 2, (args) => toFinite(args, combine(args.number(0), args.number(1))))
const ofNumbers = (choose: (a: number, b: number) => number): FunctionEntry =>
  takes(1, MANY, (args) => toNumberValue(args.all.map((_, index) => args.number(index)).reduce((a, b) => choose(a, b))))

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'

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
    const [text, base] = [args.text(0), args.whole(1)]
    if (base < 2 || base > 36) return args.fail('a base is a number from 2 to 36 here', 1)
    const digits = text.replace(/^[-+]/, '').toLowerCase()
    const isNumber = digits !== '' && [...digits].every((digit) => DIGITS.slice(0, base).includes(digit))
    return isNumber ? toFinite(args, Number.parseInt(text, base)) : args.fail('this is not a number of that base', 0)
  }),
  sum: takes(1, 1, (args) => {
    const numbers = args.numbers(0)
    return numbers.length === 0
      ? args.fail('the list is empty', 0)
      : toFinite(
          args,
          numbers.reduce((a, b) => a + b),
        )
  }),
}
