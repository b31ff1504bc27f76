/** From an HCL expression to a constant, or to the reason why it is none. */

import type { Position } from '../position.ts'
import { NULL, type Value } from '../value.ts'
import type { AstNode } from './ast.ts'
import type { HclParser } from './parser.ts'
import { constantText, type TemplateEnv } from './template-text.ts'

/** What keeps an expression from being a constant, and where in the expression it stands. */
export interface Obstacle extends Position {
  readonly kind: 'variable' | 'function' | 'calculation'
  /** As written, for example `var.region`; a function's name without its arguments. */
  readonly text: string
}

export type Evaluation = { readonly value: Value } | { readonly obstacle: Obstacle }

/**
 * Evaluates a valid expression.
 * @param env given where the expression may call `env()`, as in the default of a variable
 */
export async function evaluate(parser: HclParser, expression: string, env?: TemplateEnv): Promise<Evaluation> {
  const value = toValue(await parser.toJson(expression), env)
  return value === undefined ? { obstacle: await findObstacle(parser, expression) } : { value }
}

function toValue(json: unknown, env: TemplateEnv): Value | undefined {
  switch (typeof json) {
    case 'string': {
      const text = constantText(json, env)
      return text === undefined ? undefined : { kind: 'string', text }
    }
    case 'number':
      return { kind: 'number', text: String(json) }
    case 'boolean':
      return { kind: 'bool', text: String(json) }
    case 'object':
      if (json === null) return NULL
      return Array.isArray(json) ? toList(json, env) : toObject(json, env)
    default:
      return undefined
  }
}

function toList(json: readonly unknown[], env: TemplateEnv): Value | undefined {
  const items = json.map((item) => toValue(item, env)).filter((item) => item !== undefined)
  return items.length === json.length ? { kind: 'list', items } : undefined
}

function toObject(json: object, env: TemplateEnv): Value | undefined {
  const members = new Map<string, Value>()
  for (const [name, item] of Object.entries(json)) {
    const value = toValue(item, env)
    if (value === undefined) return undefined
    members.set(name, value)
  }
  return { kind: 'object', members }
}

async function findObstacle(parser: HclParser, expression: string): Promise<Obstacle> {
  const root = await parser.toAst(expression)
  const found = root === undefined ? undefined : findNode(root)
  if (found === undefined) return { kind: 'calculation', text: expression, line: 1, column: 1 }
  // The parser counts the first line of an expression from 0, line and column, and columns of later lines from 1.
  const { line, column } = found.range.start
  const position = { line: line + 1, column: line === 0 ? column + 1 : column }
  if (found.type === 'function') return { kind: 'function', text: found.meta?.name ?? '', ...position }
  return { kind: 'variable', text: found.meta?.value ?? '', ...position }
}

function findNode(node: AstNode): AstNode | undefined {
  if (node.type === 'scopeTraversal' || node.type === 'function') return node
  for (const child of node.children) {
    const found = findNode(child)
    if (found !== undefined) return found
  }
  return undefined
}
