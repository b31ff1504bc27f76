/** Calls of functions. */

import { didYouMean } from '../../../util/near.ts'
import { toBoolValue, type Value } from '../../value.ts'
import { convert, formatType, toType } from '../../variable-type.ts'
import { sizeOf } from '../budget.ts'
import type { CallExpression, Expression } from '../expression.ts'
import { attempt, EvaluationFailure, EvaluationLimit, PACKER_HINT } from '../failure.ts'
import { Arguments, type FunctionEntry } from './arguments.ts'
import { COLLECTION_FUNCTIONS } from './collections.ts'
import { ENCODING_FUNCTIONS } from './encodings.ts'
import { JSON_FUNCTIONS } from './json.ts'
import { NETWORK_FUNCTIONS } from './networks.ts'
import { NUMBER_FUNCTIONS } from './numbers.ts'
import { PATH_FUNCTIONS } from './paths.ts'
import { REFUSED_FUNCTIONS } from './refused.ts'
import { REGEX_FUNCTIONS } from './regex.ts'
import { SET_FUNCTIONS } from './sets.ts'
import { TEXT_FUNCTIONS } from './texts.ts'
import { NOW, timeFunctions } from './times.ts'

const FUNCTIONS: ReadonlyMap<string, FunctionEntry> = new Map(
  Object.entries({
    ...TEXT_FUNCTIONS,
    ...REGEX_FUNCTIONS,
    ...COLLECTION_FUNCTIONS,
    ...SET_FUNCTIONS,
    ...NUMBER_FUNCTIONS,
    ...JSON_FUNCTIONS,
    ...ENCODING_FUNCTIONS,
    ...NETWORK_FUNCTIONS,
    ...PATH_FUNCTIONS,
    ...timeFunctions(NOW),
  }),
)

/** All that are evaluated; three of them are no entries, since they do not take the values of their arguments. */
export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys(), 'can', 'convert', 'try'].sort()

/**
 * @param evaluate gives an argument's value
 * @throws EvaluationFailure when there is no such function, or the arguments do not fit
 */
export function callFunction(
  call: CallExpression,
  evaluate: (argument: Expression) => Value,
  { place, budget }: Pick<Arguments, 'place' | 'budget'>,
): Value {
  const { name, args, origin } = call
  const tryOne = (one: Expression): Value | undefined => attempt(() => evaluate(one), EvaluationLimit)
  if (name === 'can') return toBoolValue(args.every((one) => tryOne(one) !== undefined))
  if (name === 'try') {
    for (const one of args) {
      const value = tryOne(one)
      if (value !== undefined) return value
    }
    throw new EvaluationFailure('none of the expressions in "try" has a value', origin)
  }
  if (name === 'convert') return convertTo(call, evaluate)
  const entry = FUNCTIONS.get(name)
  if (entry === undefined) throw new EvaluationLimit(toUnknownMessage(name), origin, toUnknownHint(name))
  const values = args.flatMap((one, index) => {
    const value = evaluate(one)
    const isSpread = call.spread && index === args.length - 1 && value.kind === 'list'
    const all = isSpread ? value.items : [value]
    return all.map((item) => ({ value: item, origin: one.origin }))
  })
  if (values.length < entry.least || values.length > entry.most) {
    throw new EvaluationFailure(`"${name}" takes ${formatCount(entry)}, not ${values.length}`, origin)
  }
  if (!entry.picks) {
    const read = values.reduce((bytes, { value }) => bytes + sizeOf(value).bytes, 0)
    budget.take(read / 8, origin)
  }
  try {
    return budget.made(entry.run(new Arguments(values, origin, place, budget)), origin)
  } catch (error) {
    // Node.js takes no text, list, number or depth like that.
    if (!(error instanceof RangeError)) throw error
    throw new EvaluationLimit(`"${name}" cannot work with such arguments here`, origin)
  }
}

/** `convert(value, type)`: the second argument is no value. */
function convertTo({ args, origin }: CallExpression, evaluate: (argument: Expression) => Value): Value {
  const [from, to] = args
  if (from === undefined || to === undefined || args.length > 2) {
    throw new EvaluationFailure(`"convert" takes 2 arguments, not ${args.length}`, origin)
  }
  const type = toType(to)
  if (type === undefined) throw new EvaluationFailure('a type is needed here, such as list(string)', to.origin)
  const value = convert(evaluate(from), type)
  if (value === undefined) throw new EvaluationFailure(`this cannot become ${formatType(type)}`, from.origin)
  return value
}

function toUnknownMessage(name: string): string {
  const why = Object.hasOwn(REFUSED_FUNCTIONS, name) ? REFUSED_FUNCTIONS[name] : undefined
  return why === undefined
    ? `the function "${name}" is not supported`
    : `the function "${name}" is not evaluated here: ${why}`
}

function toUnknownHint(name: string): string {
  const near = Object.hasOwn(REFUSED_FUNCTIONS, name) ? undefined : didYouMean(name, FUNCTION_NAMES)
  return near === undefined ? PACKER_HINT : `${near} Or let Packer itself build this directory: --engine packer`
}

function formatCount({ least, most }: FunctionEntry): string {
  const counts =
    most === Number.POSITIVE_INFINITY
      ? `${least} arguments or more`
      : least === most
        ? `${least}`
        : `${least} to ${most}`
  return most === Number.POSITIVE_INFINITY ? counts : `${counts} argument${most === 1 ? '' : 's'}`
}
