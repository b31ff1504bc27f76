/** The syntax tree of a YAML text, before its values are interpreted. */

import type { Position } from './schema.ts'

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly text: string
  readonly quoted: boolean
  readonly tag: string | undefined
  readonly at: Position
}

export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly TreeNode[]
  readonly at: Position
}

export interface MapNode {
  readonly kind: 'map'
  readonly entries: readonly TreeEntry[]
  readonly at: Position
}

export interface TreeEntry {
  readonly key: TreeNode
  readonly value: TreeNode
}

export type TreeNode = ScalarNode | ListNode | MapNode
