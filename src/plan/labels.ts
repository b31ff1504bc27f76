/** The labels of everything that this tool makes. Terraform users rely on the public ones; the others are our own. */

import { type Architecture, architectureTitle, type Labels, type Role } from '../domain.ts'

/** All our own labels begin with this. */
export const PREFIX = 'talos-image/'

/** Which run made a resource. */
export const RUN_LABEL = `${PREFIX}run`
/** Until when a temporary resource is in use, in epoch seconds (a label value takes no colon). Published snapshots have none. */
export const LEASE_LABEL = `${PREFIX}lease`
/** That a server was kept after its image had failed, to be looked at. */
export const KEPT_LABEL = `${PREFIX}kept`
/** What decides the content of a published snapshot; see identity.ts. */
export const IDENTITY_LABEL = `${PREFIX}identity`
/** The identity of a snapshot that Packer made, and whose disk was not read back; it does not count as an identity. */
export const UNREAD_LABEL = `${PREFIX}unread`
/** The Talos version of a published snapshot; its public labels may have other names. */
export const VERSION_LABEL = `${PREFIX}version`
/** That a snapshot was booted and Talos answered: its version where that could be read, else `talos`. */
export const BOOT_TESTED_LABEL = `${PREFIX}boot-tested`
const SCHEMATIC_LABEL = `${PREFIX}schematic`
const SCHEMATIC_REST_LABEL = `${PREFIX}schematic-rest`
const SOURCE_LABEL = `${PREFIX}source-sha256`
/** Snapshots from before November 2026 have `disk-blake2b` instead, of all of the disk; nothing depends on it. */
const DATA_LABEL = `${PREFIX}data-blake2b`

/** A label value holds 63 characters, a SHA-256 has 64: its first half is enough to recognise, both halves to restore it. */
const HALF = 32

export interface PublicLabelsInput {
  readonly architecture: Architecture
  readonly talosVersion: string
  readonly role?: Role | undefined
}

/** The labels that the old `_packer` directory put on every snapshot, and `role` for role images. */
export function publicLabels({ architecture, talosVersion, role }: PublicLabelsInput): Labels {
  return {
    os: 'talos',
    arch: architecture,
    version: talosVersion,
    creator: 'hcloud-talos',
    type: 'infra',
    ...(role === undefined ? {} : { role }),
  }
}

/** The description that the old `_packer` directory gave every snapshot. */
export function publicDescription(architecture: Architecture, talosVersion: string): string {
  return `Talos Linux ${talosVersion} ${architectureTitle(architecture)} by hcloud-talos`
}

/**
 * The description of a role's snapshot, which the old directory described like a generic one: only its label told it apart, and
 * people read descriptions. Generic ones keep theirs.
 */
export function withRole(description: string, role: Role | undefined): string {
  return role === undefined ? description : `${description} (${role})`
}

/** What a description was before {@link withRole}. */
export function withoutRole(description: string, role: Role | undefined): string {
  return role === undefined ? description : description.slice(0, -` (${role})`.length)
}

export interface OwnLabelsInput {
  readonly runId: string
  /** As resolved: `v1.13.9`. */
  readonly talosVersion: string
  readonly identity: string | undefined
  readonly schematicId: string | undefined
  /** SHA-256 of the source as it was transferred. */
  readonly sourceSha256: string
  /** BLAKE2b of the unpacked disk's data. */
  readonly dataHash: string
  /** What a boot test has shown; undefined: there was none. */
  readonly boot?: BootFacts | undefined
}

/** The prefixed labels of a published snapshot. */
export function ownLabels(input: OwnLabelsInput): Labels {
  return {
    [RUN_LABEL]: input.runId,
    ...contentLabels(input),
    [DATA_LABEL]: input.dataHash.slice(0, HALF),
    ...(input.boot === undefined ? {} : bootTestedLabels(input.boot)),
  }
}

/**
 * The prefixed labels of a snapshot that Packer made. Its disk was not read back, so it has no identity: the same
 * hash is in another label, which does not make a build unnecessary.
 */
export function unreadLabels(input: Omit<OwnLabelsInput, 'sourceSha256' | 'dataHash' | 'boot'>): Labels {
  const { runId, identity, ...content } = input
  return {
    [RUN_LABEL]: runId,
    ...contentLabels({ ...content, identity: undefined, sourceSha256: undefined }),
    ...(identity === undefined ? {} : { [UNREAD_LABEL]: identity }),
  }
}

type Content = Pick<OwnLabelsInput, 'talosVersion' | 'identity' | 'schematicId'>

/** The prefixed labels that tell what is in a snapshot. @param content `sourceSha256` whole, or as the label has it */
export function contentLabels({
  talosVersion,
  identity,
  schematicId,
  sourceSha256,
}: Content & { readonly sourceSha256: string | undefined }): Labels {
  return {
    [VERSION_LABEL]: talosVersion,
    ...(schematicId === undefined
      ? {}
      : { [SCHEMATIC_LABEL]: schematicId.slice(0, HALF), [SCHEMATIC_REST_LABEL]: schematicId.slice(HALF) }),
    ...(identity === undefined ? {} : { [IDENTITY_LABEL]: identity }),
    ...(sourceSha256 === undefined ? {} : { [SOURCE_LABEL]: sourceSha256.slice(0, HALF) }),
  }
}

const CONTENT_LABELS = [VERSION_LABEL, SCHEMATIC_LABEL, SCHEMATIC_REST_LABEL, IDENTITY_LABEL, SOURCE_LABEL]

/** Those of {@link contentLabels} among all labels. */
export const contentLabelsIn = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => CONTENT_LABELS.includes(key)))

/** The first half of the SHA-256 of a snapshot's source. */
export const sourceLabelOf = (labels: Labels): string | undefined => labels[SOURCE_LABEL]

/** What was read of a Talos that has booted. */
export interface BootFacts {
  /** undefined where it did not tell. */
  readonly version: string | undefined
}

/** The label of a snapshot that has proven to boot. */
export function bootTestedLabels({ version }: BootFacts): Labels {
  // What a machine says of itself may be no value of a label.
  return { [BOOT_TESTED_LABEL]: version !== undefined && /^v\d[\w.-]{1,59}\w$/.test(version) ? version : 'talos' }
}

/** The labels of everything temporary: whose it is, and until when. */
export function temporaryLabels(runId: string, leaseUntilMs: number): Labels {
  return { [RUN_LABEL]: runId, [LEASE_LABEL]: String(Math.ceil(leaseUntilMs / 1000)) }
}

/** The labels of a server that is kept. */
export function keptLabels(runId: string, untilMs: number): Labels {
  return { ...temporaryLabels(runId, untilMs), [KEPT_LABEL]: 'true' }
}

/** The schematic ID that a snapshot's labels hold, whole, or undefined. */
export function schematicIdOf(labels: Labels): string | undefined {
  const id = `${labels[SCHEMATIC_LABEL] ?? ''}${labels[SCHEMATIC_REST_LABEL] ?? ''}`
  return /^[0-9a-f]{64}$/.test(id) ? id : undefined
}

/** Whether a snapshot was made from a source with this SHA-256, as far as its label tells. */
export function isFromSource(labels: Labels, sha256: string): boolean {
  return labels[SOURCE_LABEL] === sha256.slice(0, HALF)
}

/** Whether the data of a snapshot's disk has this BLAKE2b, as far as its label tells. */
export function isOfDisk(labels: Labels, dataHash: string): boolean {
  return labels[DATA_LABEL] === dataHash.slice(0, HALF)
}

/** The role that a snapshot's labels name. */
export function roleOf(labels: Labels): Role | undefined {
  return labels.role || undefined
}
