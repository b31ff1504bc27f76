/** The terms of the domain, each defined once. Every layer may import them; they import nothing. */

/** A CPU architecture, as Hetzner Cloud names it. Talos's own `arm64`/`amd64` stay inside the factory client. */
export type Architecture = 'arm' | 'x86'
/** CPU architectures, in the order in which images are planned and shown. */
export const ARCHITECTURES = ['arm', 'x86'] as const satisfies readonly Architecture[]

/** As texts say what there is to choose from. */
export const ARCHITECTURE_WORDS = ARCHITECTURES.join(' or ')

/** What others call the architectures. A map, since an object has names of its own, such as `constructor`. */
export const ARCHITECTURE_ALIASES: ReadonlyMap<string, Architecture> = new Map<string, Architecture>([
  ['arm64', 'arm'],
  ['aarch64', 'arm'],
  ['amd64', 'x86'],
  ['x86-64', 'x86'],
  ['x86_64', 'x86'],
])

/** The architecture of that name; undefined for any other name. */
export function toArchitecture(text: string | undefined): Architecture | undefined {
  return ARCHITECTURES.find((one) => one === text)
}

/** What to write instead of a name that is not that of an architecture. */
export function hintArchitecture(text: string): string {
  const alias = ARCHITECTURE_ALIASES.get(text)
  return alias === undefined ? `use ${ARCHITECTURE_WORDS}` : `Hetzner calls it "${alias}"`
}

/** As it stands in descriptions and messages. */
export function architectureTitle(architecture: Architecture): string {
  return architecture === 'arm' ? 'ARM' : 'x86'
}

/**
 * What the machines of an image are for, such as `worker`: any valid name. The file `schematic-NAME.yaml` makes NAME a
 * role. A generic image has no role.
 */
export type Role = string

/** The roles of the Terraform module hcloud-talos, which has settings for them; listed before all other roles. */
export const HCLOUD_TALOS_ROLES = ['control-plane', 'worker'] as const

/** What stands for generic images where a role could be named. */
export const NO_ROLE = 'none'

/** What a role may be called, in words. */
export const ROLE_RULE = 'small letters, digits and dashes, at most 40, with a letter or a digit at both ends'

/** Whether it can name a role: in a file's name, in a label's value, and in names of Terraform. */
export function isRoleName(text: string): boolean {
  return text !== NO_ROLE && /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(text)
}

/** The roles in the order in which they are planned and shown, each once. */
export function sortRoles(roles: Iterable<Role>): Role[] {
  const names = new Set(roles)
  const first = HCLOUD_TALOS_ROLES.filter((role) => names.delete(role))
  return [...first, ...[...names].sort()]
}

/** The file that holds the schematic of a role, or that of generic images. */
export function schematicFileName(role?: Role): string {
  return role === undefined ? 'schematic.yaml' : `schematic-${role}.yaml`
}

/** Which of a build server's addresses SSH connects to: a public one, or the one in a private network. */
export type SshOver = 'ipv4' | 'ipv6' | 'private'
/** All of them. */
export const SSH_WAYS = ['ipv4', 'ipv6', 'private'] as const satisfies readonly SshOver[]

/** Which public addresses build servers get, as users choose them. */
export const IP_FAMILIES = ['any', 'ipv4', 'ipv6', 'none'] as const

/** Labels of a Hetzner Cloud resource: key to value. */
export type Labels = Readonly<Record<string, string>>
