/** The part of the parser's syntax tree that is read here. */

import * as v from 'valibot'

/** Bytes count from 0. */
const PositionSchema = v.object({ byte: v.number() })
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

type AstMeta = v.InferOutput<typeof MetaSchema>
type AstPosition = v.InferOutput<typeof PositionSchema>

/** A node; `type` is empty for what the parser does not name, such as parentheses. */
export interface AstNode {
  readonly type: string
  readonly meta?: AstMeta | null | undefined
  readonly range: { readonly start: AstPosition; readonly end: AstPosition }
  readonly children: readonly AstNode[]
}

export const AstNodeSchema: v.GenericSchema<AstNode> = v.object({
  type: v.string(),
  meta: v.nullish(MetaSchema),
  range: v.object({ start: PositionSchema, end: PositionSchema }),
  children: v.array(v.lazy(() => AstNodeSchema)),
})
