/** Blocks of a template, the same for HCL and JSON. */

import type { Origin, Problem } from '../../errors.ts'
import type { Expression } from '../expression/expression.ts'

/** `name = expression` */
export interface Attribute {
  readonly name: string
  readonly origin: Origin
  readonly expression: Expression
  /** The expression as it is written. */
  readonly text: string
}

export interface Body {
  readonly attributes: readonly Attribute[]
  readonly blocks: readonly Block[]
}

/** `type "label" { ... }` */
export interface Block extends Body {
  readonly type: string
  readonly labels: readonly string[]
  readonly origin: Origin
}

export interface ReadBody extends Body {
  readonly problems: readonly Problem[]
}

/** The attribute of that name, if the block has it. */
export function findAttribute(body: Body, name: string): Attribute | undefined {
  return body.attributes.find((attribute) => attribute.name === name)
}

/** Whether an attribute is written as `true`. */
export function isTrue(attribute: Attribute | undefined): boolean {
  const expression = attribute?.expression
  return expression?.kind === 'literal' && expression.value.kind === 'bool' && expression.value.text === 'true'
}
