/** The words of the house. Every layer may use them; they import nothing. */

/** A CPU architecture, as Hetzner Cloud names it. Talos's own `arm64`/`amd64` stay inside the factory client. */
export type Architecture = 'arm' | 'x86'

/** Both architectures, in the order in which images are planned and shown. */
export const ARCHITECTURES: readonly Architecture[] = ['arm', 'x86']

/** What the machines of an image are for; a generic image has no role. */
export type Role = 'control-plane' | 'worker'

/** Both roles, in the order in which images are planned and shown. */
export const ROLES: readonly Role[] = ['control-plane', 'worker']

/** Which of a build server's addresses SSH goes to: a public one, or that in a private network. */
export type SshOver = 'ipv4' | 'ipv6' | 'private'

/** Labels of a Hetzner Cloud resource: key to value. */
export type Labels = Readonly<Record<string, string>>
