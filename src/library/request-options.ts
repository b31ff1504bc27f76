/** What a program asks for, and which of it cannot go together. */

import { ARCHITECTURES, type Architecture, type Role } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { ServerRequest } from '../plan/server-settings.ts'

/** What to plan. All of it may be left out: then it is a generic image of the built-in version for each architecture. */
export interface PlanRequestOptions {
  /** A directory as `_packer`: its `*.pkr.hcl` and `*.auto.pkrvars.*` files are read, and the roles' `schematic-<role>.yaml`. */
  readonly directory?: string | undefined
  /** Variables by name, such as `talos_version`: stronger than what stands in files. */
  readonly variables?: Readonly<Record<string, string>> | undefined
  /** Var files beside those of the directory, in order. */
  readonly varFiles?: readonly string[] | undefined
  /** Where `PKR_VAR_name` is looked up; nowhere by default. Most programs want `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Where relative paths count from; the working directory by default. */
  readonly cwd?: string | undefined
  /** Both by default. */
  readonly architectures?: readonly Architecture[] | undefined
  /** An image for each role and architecture, made from `schematic-<role>.yaml`; generic images by default. */
  readonly roles?: readonly Role[] | undefined
  /** A file with the schematic of generic images. */
  readonly schematicFile?: string | undefined
  /** A raw Talos disk on this computer, built as it is; `-` is what `openStdin` of `build` opens. One architecture only. */
  readonly imageFile?: string | undefined
  /** Pinned SHA-256 of each source as it is transferred, 64 hexadecimal digits. */
  readonly sha256?: Readonly<Partial<Record<Architecture, string>>> | undefined
  /** Build what exists already, too; the new snapshot then replaces it. False by default. */
  readonly force?: boolean | undefined
  /** Whether other server types and locations do when the wanted one is out of stock. True by default. */
  readonly fallback?: boolean | undefined
  /** Whether server types with a bigger disk do, too; the snapshot then starts only on such. False by default. */
  readonly allowBiggerDisk?: boolean | undefined
  /** Networks, firewalls, addresses and labels of the build servers: `{ ...PLAIN_SERVER, ... }`. */
  readonly server?: ServerRequest | undefined
}

/** Options that cannot go together. Pure. */
export function findOptionProblems(options: PlanRequestOptions): Problem[] {
  const { roles = [], schematicFile, imageFile, sha256 = {}, directory } = options
  const architectures = new Set(options.architectures ?? ARCHITECTURES)
  const problems: Problem[] = []
  const add = (name: keyof PlanRequestOptions, message: string, hint: string): void => {
    problems.push({ code: 'usage', message, at: { kind: 'flag', name }, hint })
  }
  if (architectures.size === 0)
    add('architectures', 'there is no architecture to build for', 'name one, or leave it out')
  if (roles.length > 0) {
    if (schematicFile !== undefined) {
      add('schematicFile', 'a role has its own schematic', 'leave out one of schematicFile and roles')
    }
    if (directory === undefined && imageFile === undefined) {
      add('roles', 'there is no directory to read the schematics of roles from', 'give a directory')
    }
  }
  if (imageFile !== undefined) {
    if (schematicFile !== undefined) {
      add('imageFile', 'a disk image is built as it is, and takes no schematic', 'leave out one of the two')
    }
    if (architectures.size > 1) add('imageFile', 'a disk image holds one architecture', 'say which: architectures')
    if (new Set(roles).size > 1)
      add('imageFile', 'a disk image is one image, and there are several roles', 'name one role')
  }
  for (const [architecture, hash] of Object.entries(sha256)) {
    if (!ARCHITECTURES.some((one) => one === architecture && architectures.has(one))) {
      add('sha256', `it pins the ${architecture} image, which is not built`, 'leave it out')
    } else if (!/^[0-9a-f]{64}$/.test(hash)) {
      add('sha256', `that of ${architecture} is no SHA-256`, 'give 64 hexadecimal digits in small letters')
    } else if (new Set(roles).size > 1) {
      add('sha256', 'it pins one image of an architecture, and there are several roles', 'plan the roles one by one')
    }
  }
  return problems
}
