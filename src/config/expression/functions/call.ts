/** Calls of functions. */

import { didYouMean } from '../../../util/near.ts'
import { toBoolValue, type Value } from '../../value.ts'
import type { CallExpression, Expression } from '../expression.ts'
import { attempt, EvaluationFailure, PACKER_HINT } from '../failure.ts'
import { Arguments, type FunctionEntry } from './arguments.ts'
import { COLLECTION_FUNCTIONS } from './collections.ts'
import { JSON_FUNCTIONS } from './json.ts'
import { REGEX_FUNCTIONS } from './regex.ts'
import { TEXT_FUNCTIONS } from './texts.ts'
import { timeFunctions } from './times.ts'

const FUNCTIONS: ReadonlyMap<string, FunctionEntry> = new Map(
  Object.entries({
    ...TEXT_FUNCTIONS,
    ...REGEX_FUNCTIONS,
    ...COLLECTION_FUNCTIONS,
    ...JSON_FUNCTIONS,
    ...timeFunctions(new Date()),
  }),
)

/**
 * @param evaluate gives an argument's value
 * @throws EvaluationFailure when there is no such function, or the arguments do not fit
 */
export function callFunction(call: CallExpression, evaluate: (argument: Expression) => Value): Value {
  const { name, args, origin } = call
  if (name === 'can') return toBoolValue(args.every((one) => attempt(() => evaluate(one)) !== undefined))
  if (name === 'try') {
    for (const one of args) {
      const value = attempt(() => evaluate(one))
      if (value !== undefined) return value
    }
    throw new EvaluationFailure('none of the expressions in "try" has a value', origin)
  }
  const entry = FUNCTIONS.get(name)
  if (entry === undefined) throw new EvaluationFailure(toUnknownMessage(name), origin, toUnknownHint(name))
  const values = args.flatMap((one, index) => {
    const value = evaluate(one)
    const isSpread = call.spread && index === args.length - 1 && value.kind === 'list'
    const all = isSpread ? value.items : [value]
    return all.map((item) => ({ value: item, origin: one.origin }))
  })
  if (values.length < entry.least || values.length > entry.most) {
    throw new EvaluationFailure(`"${name}" takes ${formatCount(entry)}, not ${values.length}`, origin)
  }
  return entry.run(new Arguments(values, origin))
}

function toUnknownMessage(name: string): string {
  if (name === 'env') return 'env() may be called only in the default of a variable'
  return `the function "${name}" is not known here`
}

function toUnknownHint(name: string): string {
  const near = didYouMean(name, FUNCTIONS.keys())
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
