/** The part of the parser's syntax tree that is read here. */

import * as v from 'valibot'

/** A node; `type` is empty for what the parser does not name, such as parentheses. Lines and columns are the parser's. */
export interface AstNode {
  readonly type: string
  readonly meta?: { readonly value?: string | undefined; readonly name?: string | undefined } | null | undefined
  readonly range: { readonly start: { readonly line: number; readonly column: number } }
  readonly children: readonly AstNode[]
}

export const AstNodeSchema: v.GenericSchema<AstNode> = v.object({
  type: v.string(),
  meta: v.nullish(v.object({ value: v.optional(v.string()), name: v.optional(v.string()) })),
  range: v.object({ start: v.object({ line: v.number(), column: v.number() }) }),
  children: v.array(v.lazy(() => AstNodeSchema)),
})
