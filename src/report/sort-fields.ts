/** By what a list of snapshots can be sorted. A file of its own, since the help names them: it loads nothing else. */

/** What snapshots can be sorted by: the fields of a snapshot's document. */
export const SORT_FIELDS = ['created', 'id', 'version', 'architecture', 'role', 'size', 'description'] as const
export type SortField = (typeof SORT_FIELDS)[number]

export interface Sort {
  readonly field: SortField
  readonly descending: boolean
}
