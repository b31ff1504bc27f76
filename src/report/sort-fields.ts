/** The fields that snapshots can be sorted by. A separate file, since the help needs them without other imports. */

/** Fields of a snapshot's document. */
export const SORT_FIELDS = ['created', 'id', 'version', 'architecture', 'role', 'size', 'description'] as const
export type SortField = (typeof SORT_FIELDS)[number]

export interface Sort {
  readonly field: SortField
  readonly descending: boolean
}
