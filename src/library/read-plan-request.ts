/** From a few options of a program to everything that is asked for. */

import { resolve } from 'node:path'
import type { Sourced } from '../config/variables.ts'
import type { Architecture, Role } from '../domain.ts'
import type { PlanRequest } from '../plan/request.ts'
import { PLAIN_SERVER, type ServerRequest } from '../plan/server-settings.ts'
import type { Shard } from '../plan/shard.ts'
import type { Spelling } from '../request/options.ts'
import { readRequest } from '../request/read-request.ts'
import { findSettingsFile } from '../request/settings.ts'

/** What to plan. All of it may be left out: then it is a generic image of the built-in version for each architecture. */
export interface PlanRequestOptions {
  /**
   * A directory as `_packer`: its `*.pkr.hcl` and `*.auto.pkrvars.*` files are read, and the roles' `schematic-<role>.yaml`,
   * and `architectures` and `schematic` of `talos-image.yaml`, which count where these options say nothing.
   * Or one template in it, such as `image_amd64.pkr.hcl`: neither other templates nor `*.auto.pkrvars.*` files count then.
   */
  readonly directory?: string | undefined
  /** Variables by name, such as `talos_version`: stronger than what stands in files. */
  readonly variables?: Readonly<Record<string, string>> | undefined
  /** Var files beside those of the directory, in order. */
  readonly varFiles?: readonly string[] | undefined
  /** Where `PKR_VAR_name` is looked up; nowhere by default. Most programs want `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Where relative paths count from; the working directory by default. */
  readonly cwd?: string | undefined
  /** Those of `talos-image.yaml` in the directory by default, else both. */
  readonly architectures?: readonly Architecture[] | undefined
  /**
   * An image for each role and architecture, made from `schematic-<role>.yaml` in the directory, or `every` for all roles
   * that have one there; generic images by default.
   */
  readonly roles?: readonly Role[] | 'every' | undefined
  /** Which builds of the template: names such as `hcloud.talos-x86`, or patterns such as `*.talos-*`; all by default. */
  readonly only?: readonly string[] | undefined
  /** Which builds of the template are left out: names or patterns. */
  readonly except?: readonly string[] | undefined
  /** A file with the schematic of generic images; by default that of `talos-image.yaml` in the directory. */
  readonly schematicFile?: string | undefined
  /** A raw Talos disk on this computer, built as it is; `-` is what `openStdin` of `build` opens. One architecture only. */
  readonly imageFile?: string | undefined
  /** Pinned SHA-256 of each source as it is transferred, 64 hexadecimal digits. */
  readonly sha256?: Readonly<Partial<Record<Architecture, string>>> | undefined
  /** Only this part of the images, such as `{ index: 1, count: 4 }`: the same options with each index make all of them. */
  readonly shard?: Shard | undefined
  /** Build what exists already, too; the new snapshot then replaces it. False by default. */
  readonly force?: boolean | undefined
  /** With `force`: also when a server was made from the snapshot that is replaced, which is an error otherwise. False by default. */
  readonly evenInUse?: boolean | undefined
  /** Whether other server types and locations do when the wanted one is out of stock. True by default. */
  readonly fallback?: boolean | undefined
  /** Whether server types with a bigger disk do, too; the snapshot then starts only on such. False by default. */
  readonly allowBiggerDisk?: boolean | undefined
  /**
   * Whether each snapshot is booted on a second server before it is published, which is a failure of the image when Talos does
   * not come up; one that exists is booted, too, unless it has proven to boot. That of `talos-image.yaml` by default, else false.
   */
  readonly bootTest?: boolean | undefined
  /** Networks, firewalls, addresses and labels of the build servers: `{ ...PLAIN_SERVER, ... }`. */
  readonly server?: ServerRequest | undefined
  /** Labels of the snapshots, beside the usual ones; not `os`, `arch`, `role` and `version`, which follow from the image. */
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** The description of the snapshots, instead of the usual one. */
  readonly description?: string | undefined
}

/** A value, and the option that it is from. */
const from = (name: string, value: string): Sourced<string> => ({ value, origin: { kind: 'flag', name } })

const SPELLING: Spelling = {
  names: {
    architectures: 'architectures',
    roles: 'roles',
    schematicFile: 'schematicFile',
    imageFile: 'imageFile',
    sha256: 'sha256',
    directory: 'directory',
    only: 'only',
    except: 'except',
  },
  write: (option, value) => (option === 'architectures' ? `${option}: ['${value}']` : `${option}: ${value}`),
}

/**
 * Reads what is to be planned: variables from all their sources, and schematics. Nothing is looked up yet, and nothing of
 * the environment is read that is not given.
 * @throws ProblemsError with everything that is wrong: `usage`, `config`, `schematic`, `source`, or `token` for a template
 * with an API token that is not HCLOUD_TOKEN of `env`
 * @example
 * ```ts
 * const request = await readPlanRequest({ variables: { talos_version: 'v1.13' }, architectures: ['arm'] })
 * const roles = await readPlanRequest({ directory: '_packer', roles: ['control-plane', 'worker'], env: process.env })
 * ```
 */
export async function readPlanRequest(options: PlanRequestOptions = {}): Promise<PlanRequest> {
  const { roles = [], variables = {}, sha256 = {}, labels, ...given } = options
  const cwd = resolve(options.cwd ?? '.')
  return readRequest(
    {
      cwd,
      env: given.env ?? {},
      directory: given.directory === undefined ? undefined : resolve(cwd, given.directory),
      vars: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      varFiles: given.varFiles ?? [],
      settingsFile: given.directory === undefined ? undefined : findSettingsFile(cwd, undefined, given.directory),
      architectures: given.architectures,
      only: given.only ?? [],
      except: given.except ?? [],
      roles: roles === 'every' ? [] : roles,
      everyRole: roles === 'every',
      schematicFile: given.schematicFile,
      imageFile: given.imageFile,
      pins: Object.entries(sha256).map(([architecture, hex]) => ({ architecture, hex })),
      shard: given.shard && { value: given.shard, origin: { kind: 'flag', name: 'shard' } },
      force: given.force === true,
      evenInUse: given.evenInUse === true,
      fallback: given.fallback !== false,
      allowBiggerDisk: given.allowBiggerDisk === true,
      bootTest: given.bootTest,
      server: given.server ?? PLAIN_SERVER,
      labels: labels && new Map(Object.entries(labels).map(([key, value]) => [key, from('labels', value)])),
      description: given.description === undefined ? undefined : from('description', given.description),
      projects: 1,
      sandbox: false,
      forPacker: false,
    },
    SPELLING,
  )
}
