/** `[ ... ]`, `test`, `[[ ... ]]`: what is known of their answers. */

import type { TestExpression } from 'unbash'
import { expandText } from './expand.ts'
import type { Call, Setting, Status } from './interpreter.ts'
import { matchesExpression, matchesGlob } from './patterns.ts'
import { pinSum } from './sums.ts'
import type { Value } from './values.ts'
import { DEVICE, FRESH } from './world.ts'

export function evaluateTest(expression: TestExpression, setting: Setting): Status {
  const expand = (word: Parameters<typeof expandText>[0]): Value => expandText(word, setting)
  switch (expression.type) {
    case 'TestGroup':
      return evaluateTest(expression.expression, setting)
    case 'TestNot': {
      const answer = evaluateTest(expression.operand, setting)
      return expression.negations.length % 2 === 1 ? not(answer) : answer
    }
    case 'TestLogical': {
      const answers = expression.operands.map((operand) => evaluateTest(operand, setting))
      return expression.operator === '&&' ? every(answers) : some(answers)
    }
    case 'TestUnary':
      return ask(expression.operator, expand(expression.operand), setting)
    case 'TestBinary':
      return compare(expand(expression.left), expression.operator, expand(expression.right), setting, matchesGlob)
  }
}

/** @param args what stands between the brackets */
export function evaluateArguments(args: readonly Value[], call: Pick<Call, 'world' | 'script' | 'at'>): Status {
  for (const [operator, combine] of [
    ['-o', some],
    ['-a', every],
  ] as const) {
    const index = args.findIndex(({ text }, at) => text === operator && at > 0)
    if (index === -1 || args.length < 4) continue
    return combine([args.slice(0, index), args.slice(index + 1)].map((part) => evaluateArguments(part, call)))
  }
  const [first, second, third] = args
  if (first === undefined) return false
  if (second === undefined) return ask('-n', first, call)
  if (third !== undefined && args.length === 3 && first.text !== '!') {
    return compare(first, second.text, third, call, (text, other) => text === other)
  }
  if (first.text === '!') return not(evaluateArguments(args.slice(1), call))
  return args.length === 2 ? ask(first.text, second, call) : 'open'
}

const OPPOSITES = { likely: 'unlikely', unlikely: 'likely', open: 'open' } as const

const not = (status: Status): Status => (typeof status === 'boolean' ? !status : OPPOSITES[status])

/** The first of these that is there decides. */
const every = (all: readonly Status[]): Status =>
  ([false, 'open', 'unlikely', 'likely'] as const).find((status) => all.includes(status)) ?? true

const some = (all: readonly Status[]): Status => not(every(all.map(not)))

type Asked = Pick<Setting, 'world' | 'script'> & { readonly at?: Call['at'] }

function ask(operator: string, value: Value, { world }: Asked): Status {
  if (value.cause !== undefined) return 'open'
  const { text } = value
  if (operator === '-z') return text === ''
  if (operator === '-n') return text !== ''
  if (/^-[bew]$/.test(operator) && text === DEVICE) return true
  if (/^-[efrs]$/.test(operator)) {
    const found = world.find(text)
    if (found !== undefined) return operator !== '-s' || found.kind !== 'text' || found.text !== ''
    return FRESH.test(world.path(text)) ? false : 'open'
  }
  return operator === '-d' && /^\/(?:tmp|root|dev)?$/.test(text) ? true : 'open'
}

const NUMBERS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
}

function compare(
  left: Value,
  operator: string,
  right: Value,
  asked: Asked,
  isSame: (text: string, other: string) => boolean,
): Status {
  const isEquality = operator === '=' || operator === '==' || operator === '!='
  if (isEquality) {
    const pinned = pinSum(left, right, asked) ?? pinSum(right, left, asked)
    if (pinned !== undefined) return operator === '!=' ? not(pinned) : pinned
  }
  if (left.cause !== undefined || right.cause !== undefined) return 'open'
  if (isEquality) return isSame(left.text, right.text) === (operator !== '!=')
  if (operator === '=~') return matchesExpression(left.text, right.text)
  const numbers = [left.text, right.text].map((text) => (/^-?\d+$/.test(text) ? Number(text) : undefined))
  const [a, b] = numbers
  return a === undefined || b === undefined ? 'open' : (NUMBERS[operator]?.(a, b) ?? 'open')
}
