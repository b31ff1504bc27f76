/** Blocks of a template, the same for HCL and JSON. */

import type { Origin, Problem } from '../../errors.ts'
import type { Expression } from '../expression/expression.ts'

/** `name = expression` */
export interface Attribute {
  readonly name: string
  readonly origin: Origin
  readonly expression: Expression
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

/** What was read of a file. */
export interface ReadBody extends Body {
  readonly problems: readonly Problem[]
}

export const EMPTY_BODY: ReadBody = { attributes: [], blocks: [], problems: [] }

/** The attribute of that name, if the block has it. */
export function findAttribute(body: Body, name: string): Attribute | undefined {
  return body.attributes.find((attribute) => attribute.name === name)
}
