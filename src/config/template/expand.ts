/** Blocks that stand for others: `dynamic` makes several of one, `override` changes a provisioner for one source. */

import type { Problem } from '../../errors.ts'
import { evaluateExpression, type Scope } from '../expression/evaluate.ts'
import type { Expression } from '../expression/expression.ts'
import { EvaluationFailure, PACKER_HINT } from '../expression/failure.ts'
import { entriesOf, toItems, toText } from '../expression/operators.ts'
import type { Value } from '../value.ts'
import { type Attribute, type Block, type Body, findAttribute } from './block.ts'

/** The body with the blocks that its `dynamic` blocks make. @param problems is added to */
export function expandDynamic<Of extends Body>(body: Of, scope: Scope, problems: Problem[]): Of {
  const blocks = body.blocks.flatMap((block) => {
    if (block.type !== 'dynamic') return [expandDynamic(block, scope, problems)]
    try {
      return expandOne(block, scope).map((made) => expandDynamic(made, scope, problems))
    } catch (error) {
      if (!(error instanceof EvaluationFailure)) throw error
      problems.push(error.problem)
      return []
    }
  })
  return { ...body, blocks }
}

function expandOne(block: Block, scope: Scope): Block[] {
  const [type] = block.labels
  const each = findAttribute(block, 'for_each')
  const content = block.blocks.find((inner) => inner.type === 'content')
  if (type === undefined || each === undefined || content === undefined) {
    const hint = 'write dynamic "provisioner" { for_each = ... content { ... } }'
    throw new EvaluationFailure('a dynamic block needs a type, for_each and content', block.origin, hint)
  }
  const iterator = findAttribute(block, 'iterator')?.expression
  const name = iterator?.kind === 'reference' ? iterator.root : type
  const labels = findAttribute(block, 'labels')
  return entriesOf(evaluateExpression(each.expression, scope), each.expression.origin).map(([key, value]) => {
    const item: Value = {
      kind: 'object',
      members: new Map([
        ['key', key],
        ['value', value],
      ]),
    }
    const names = new Map([[name, item]])
    const bind = (of: Expression): Expression => ({ kind: 'bound', names, of, origin: of.origin })
    const texts = labels === undefined ? [] : toItems(evaluateExpression(bind(labels.expression), scope))
    return {
      ...bindBody(content, bind),
      type,
      labels: texts.map((text) => toText(text, labels?.origin ?? block.origin)),
      origin: content.origin,
    }
  })
}

function bindBody<Of extends Body>(body: Of, bind: (expression: Expression) => Expression): Of {
  return {
    ...body,
    attributes: body.attributes.map((one) => ({ ...one, expression: bind(one.expression) })),
    blocks: body.blocks.map((inner) => bindBody(inner, bind)),
  }
}

/**
 * The provisioner as it is for a source: with the attributes that its `override` has for it.
 * @param source the source's name
 * @param problems is added to
 */
export function applyOverride(block: Block, source: string, scope: Scope, problems: Problem[]): Block {
  const override = findAttribute(block, 'override')
  if (override === undefined) return block
  const others = block.attributes.filter((one) => one !== override)
  const changes = readOverride(override, source, scope, problems)
  const names = new Set(changes.map(({ name }) => name))
  return { ...block, attributes: [...others.filter(({ name }) => !names.has(name)), ...changes] }
}

function readOverride(override: Attribute, source: string, scope: Scope, problems: Problem[]): Attribute[] {
  const { origin } = override.expression
  try {
    const value = evaluateExpression(override.expression, scope)
    const own = value.kind === 'object' ? (value.members.get(source) ?? NO_CHANGES) : value
    if (own.kind === 'object') {
      return [...own.members].map(([name, changed]) => {
        const expression: Expression = writtenMember(override.expression, source, name) ?? {
          kind: 'literal',
          value: changed,
          origin,
        }
        return { name, origin: expression.origin, expression, text: name }
      })
    }
    problems.push({ code: 'config', message: 'an override is an object of objects', at: origin, hint: PACKER_HINT })
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error
    problems.push(error.problem)
  }
  return []
}

const NO_CHANGES: Value = { kind: 'object', members: new Map() }

/** The expression of a member of a member, so that problems are told where they are. */
function writtenMember(expression: Expression, ...[name, ...names]: readonly string[]): Expression | undefined {
  if (name === undefined) return expression
  if (expression.kind !== 'object') return undefined
  const member = expression.members.find(
    ({ key }) => key.kind === 'literal' && key.value.kind === 'string' && key.value.text === name,
  )
  return member && writtenMember(member.value, ...names)
}
