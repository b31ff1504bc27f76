/** Words that all of the sandbox uses. */

/** A CPU architecture, as Hetzner Cloud names it. */
export type Architecture = 'arm' | 'x86'

/** Labels of a resource: key to value. */
export type Labels = Readonly<Record<string, string>>
