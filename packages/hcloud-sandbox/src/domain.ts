/** Words that all of the sandbox uses. */

/** CPU architectures, as Hetzner Cloud names them. */
export const ARCHITECTURES = ['arm', 'x86'] as const
export type Architecture = (typeof ARCHITECTURES)[number]

/** Labels of a resource: key to value. */
export type Labels = Readonly<Record<string, string>>
