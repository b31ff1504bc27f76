/** What a user asks for, once all of the configuration is read. */

import type { ParsedSchematic } from 'talos-schematic'
import type { Inputs } from '../config/inputs.ts'
import type { Template } from '../config/template/template.ts'
import type { Sourced, Variables } from '../config/variables.ts'
import type { Architecture, Labels, Role } from '../domain.ts'
import type { Origin, Problem } from '../errors.ts'
import type { ServerRequest } from './server-settings.ts'
import type { Shard } from './shard.ts'

/** A schematic, and the file it came from. */
export interface SchematicFile {
  /** As users know it, for messages. */
  readonly file: string
  readonly parsed: ParsedSchematic
}

/** A disk image of the user's own, instead of one from the Factory. */
export type LocalImage =
  | { readonly kind: 'file'; readonly path: string; readonly at: Origin }
  | { readonly kind: 'stdin' }

/** What is asked for, once everything is read; `readPlanRequest` makes one. */
export interface PlanRequest {
  readonly variables: Variables
  /**
   * What says what is built; without one it is what this program builds by itself.
   * @internal
   */
  readonly template?: Template | undefined
  /**
   * Whether the template takes its version without the `v`, which it puts in front itself.
   * @internal
   */
  readonly bareVersion?: boolean
  /**
   * The schematics that pages of the Factory describe, by the image URLs that stand for them.
   * @internal
   */
  readonly pages?: ReadonlyMap<string, string>
  readonly architectures: readonly Architecture[]
  /** `undefined` stands for a generic image. */
  readonly roles: readonly (Role | undefined)[]
  /** The schematics of roles; one without is made as a generic image is. */
  readonly roleSchematics: ReadonlyMap<Role, SchematicFile>
  /** `--schematic FILE`, for generic images. */
  readonly schematic: SchematicFile | undefined
  /**
   * That of a schematic which the Factory has already, for images without one of their own.
   * @internal
   */
  readonly schematicId?: Sourced<string> | undefined
  /**
   * Whether the settings file names that schematic, so that an image URL of the user's own is stronger.
   * @internal
   */
  readonly schematicIsDefault?: boolean
  /** Built as it is, instead of anything else. */
  readonly localImage: LocalImage | undefined
  /** Pinned SHA-256 of the source as it is transferred. */
  readonly sha256: Readonly<Partial<Record<Architecture, string>>>
  /** Only this part of the images; all of them when it is missing. */
  readonly shard?: Shard
  /** Build what exists already, too. */
  readonly force: boolean
  /** Replace a snapshot that a server was made from, too; otherwise that is an error. Only with `force`. */
  readonly evenInUse?: boolean
  /**
   * With `force`, replace what Packer's plugin would: the snapshots of the same description and architecture, whatever they
   * hold. One that a server was made from stays, and is no error.
   * @internal
   */
  readonly replaceAsPacker?: boolean
  /** Build with the wanted server type at the wanted location, or not at all. */
  readonly noFallback: boolean
  /** Take server types with a bigger disk, too; the snapshot then starts only on servers with at least that disk. */
  readonly allowBiggerDisk: boolean
  /** Whether each snapshot is booted on a server of its own before it is published. */
  readonly bootTest?: boolean
  /** The build servers of all images. */
  readonly server: ServerRequest
  /** Labels of the snapshots, which win over those of a template. */
  readonly labels?: ReadonlyMap<string, Sourced<string>> | undefined
  /** Of the snapshots, instead of the usual one, or of the template's. */
  readonly description?: Sourced<string> | undefined
  /** Which settings of SSH were given, so that a template's do not count. */
  readonly sshIsGiven?: { readonly port: boolean; readonly timeout: boolean }
  /** The files that all of this was read from. */
  readonly inputs?: Inputs
}

/**
 * Where the disk of one image is to come from, before it is looked up.
 * @internal
 */
export type SourceChoice =
  | { readonly kind: 'schematic'; readonly schematic: SchematicFile | undefined }
  /** One that the Factory has. */
  | { readonly kind: 'schematic-id'; readonly id: string; readonly at: Origin }
  /** `variable`: the one that it is the value of. */
  | {
      readonly kind: 'url'
      readonly url: string
      readonly at: Origin
      readonly variable: string | undefined
      /** What the Factory must be given first. */
      readonly schematic?: string | undefined
    }
  /** A file that the template uploads. */
  | { readonly kind: 'file'; readonly path: string; readonly at: Origin; readonly isOfTemplate: true }
  | LocalImage

/**
 * One image that is wanted.
 * @internal
 */
export interface ImageRequest {
  /** Names the image in every message: `arm`, `x86 control-plane`. */
  readonly name: string
  readonly architecture: Architecture
  readonly role: Role | undefined
  readonly choice: SourceChoice
  readonly sha256: string | undefined
  readonly server: ServerRequest
  readonly serverType: Sourced<string>
  readonly location: Sourced<string>
  /** What a template says about it; undefined without one. */
  readonly template: TemplateRequest | undefined
}

/**
 * What a template says about an image, for which there are no rules of our own then.
 * @internal
 */
export interface TemplateRequest {
  /** What `-only` of Packer calls it, such as `hcloud.talos-arm`. */
  readonly build: string
  readonly description: string
  /** The labels by which Terraform finds the snapshot. */
  readonly labels: Labels
  /** The version that label or URL name, where the template has no variable `talos_version`. */
  readonly version: Sourced<string> | undefined
  readonly sshPort: number | undefined
  /** Milliseconds. */
  readonly sshTimeoutMs: number | undefined
}

/**
 * The images that a request comes to, what is wrong, and what is worth a warning.
 * @internal
 */
export interface ChosenImages {
  readonly images: readonly ImageRequest[]
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}
