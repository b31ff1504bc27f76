/** The part of the parser's syntax tree that is read here. */

import * as v from 'valibot'

/** What is told of a node, by its type. */
export interface AstMeta {
  readonly value?: string | undefined
  readonly name?: string | undefined
  readonly type?: string | undefined
  readonly operator?: string | undefined
  readonly traversal?: readonly { readonly type: string; readonly segment: string }[] | undefined
  readonly expandedFinalArgument?: boolean | undefined
  readonly keyVar?: string | undefined
  readonly valVar?: string | undefined
  readonly keyExpression?: string | undefined
  readonly conditionalExpression?: string | undefined
  readonly groupedValue?: boolean | undefined
}

/** Lines and columns are the parser's; bytes count from 0. */
export interface AstPosition {
  readonly line: number
  readonly column: number
  readonly byte: number
}

/** A node; `type` is empty for what the parser does not name, such as parentheses. */
export interface AstNode {
  readonly type: string
  readonly meta?: AstMeta | null | undefined
  readonly range: { readonly start: AstPosition; readonly end: AstPosition }
  readonly children: readonly AstNode[]
}

const PositionSchema = v.object({ line: v.number(), column: v.number(), byte: v.number() })
const MetaSchema = v.object({
  value: v.optional(v.string()),
  name: v.optional(v.string()),
  type: v.optional(v.string()),
  operator: v.optional(v.string()),
  traversal: v.optional(v.array(v.object({ type: v.string(), segment: v.string() }))),
  expandedFinalArgument: v.optional(v.boolean()),
  keyVar: v.optional(v.string()),
  valVar: v.optional(v.string()),
  keyExpression: v.optional(v.string()),
  conditionalExpression: v.optional(v.string()),
  groupedValue: v.optional(v.boolean()),
})

export const AstNodeSchema: v.GenericSchema<AstNode> = v.object({
  type: v.string(),
  meta: v.nullish(MetaSchema),
  range: v.object({ start: PositionSchema, end: PositionSchema }),
  children: v.array(v.lazy(() => AstNodeSchema)),
})
