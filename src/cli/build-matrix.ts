/** `plan --matrix`: the images that need building, each as a job of its own, for programs that run jobs side by side. */

import type { Architecture, Role } from '../domain.ts'
import type { Problem } from '../errors.ts'
import { isToDo, type Plan, type PlannedImage } from '../plan/plan.ts'
import { quote } from '../remote/quote.ts'
import { redact, withoutCredentials } from '../util/redact.ts'
import type { BuildFlagName, PlanFlags } from './build-flags.ts'
import type { LabelFlag } from './server-flags.ts'

export interface MatrixEntry {
  /** `arm`, `x86 control-plane`. */
  readonly name: string
  readonly architecture: Architecture
  /** Empty for a generic image, since a job knows no null. */
  readonly role: Role | ''
  /** As resolved. */
  readonly talosVersion: string
  /** What follows `talos-image build` to make exactly this image; words as a shell writes them. */
  readonly args: string
}

/** The jobs; none when everything exists. */
export type Matrix = readonly MatrixEntry[]

/** What keeps a matrix from being made of this request, before anything is looked up. */
export function findMatrixProblems(
  { imageFile, var: variables = [], downloadProxy: proxy }: PlanFlags,
  forProjects: boolean,
): Problem[] {
  const problems: Problem[] = []
  if (forProjects) {
    problems.push({
      code: 'usage',
      message: 'a matrix is for one project, the one of HCLOUD_TOKEN',
      at: { kind: 'flag', name: '--matrix' },
      hint: 'leave --project and talos-image.yaml out, or let one job build in all projects: see docs/ci.md',
    })
  }
  if (imageFile === '-') {
    problems.push({
      code: 'usage',
      message: 'standard input cannot be given to another job',
      at: { kind: 'flag', name: '--matrix' },
      hint: 'name a file that every job has: --image-file PATH',
    })
  }
  for (const variable of variables) {
    if (redact(variable) === variable) continue
    problems.push({
      code: 'usage',
      message: `${redact(variable)} cannot be given to other jobs: the secret would stand in the log`,
      at: { kind: 'flag', name: '--var' },
      hint: `set it in each job instead, from a secret: PKR_VAR_${variable.replace(/=.*/s, '')}`,
    })
  }
  if (proxy !== undefined && withoutCredentials(proxy) !== proxy) {
    problems.push({
      code: 'usage',
      message: 'the password of the proxy cannot be given to other jobs: it would stand in the log',
      at: { kind: 'flag', name: '--download-proxy' },
      hint: 'set it in each job instead, from a secret: TALOS_IMAGE_DOWNLOAD_PROXY',
    })
  }
  return problems
}

/** The images of a plan that are to be built, each with the arguments that build it alone. */
export function toMatrix({ images }: Plan, flags: PlanFlags): Matrix {
  return images.filter(isToDo).map((image) => ({
    name: image.name,
    architecture: image.architecture,
    role: image.role ?? ('' as const),
    talosVersion: image.talosVersion,
    args: argumentsFor(image, flags).map(quote).join(' '),
  }))
}

/** The arguments that ask for one image of the plan, in the same way as the whole was asked for. */
function argumentsFor({ architecture, role, talosVersion, sha256 }: PlannedImage, flags: PlanFlags): string[] {
  // In one word with its flag, no value can be taken for a flag.
  const valued = (name: BuildFlagName, values: readonly (string | number | undefined)[]): string[] =>
    values.flatMap((value) => (value === undefined ? [] : [`${name}=${value}`]))
  const set = (name: BuildFlagName, isSet: boolean | undefined): string[] => (isSet === true ? [name] : [])
  return [
    ...(role === undefined ? [] : [role]),
    ...valued('--arch', [architecture]),
    ...valued('--directory', [flags.directory]),
    ...valued('--only', (flags.only ?? []).map(String)),
    ...valued('--except', (flags.except ?? []).map(String)),
    ...valued('--var-file', flags.varFile ?? []),
    // Neither `latest` nor what the files say: a version that comes out meanwhile is not for this plan.
    ...valued('--var', [...(flags.var ?? []).filter(isNotVersion), `talos_version=${talosVersion}`]),
    ...valued('--schematic', [flags.schematic]),
    ...valued('--image-file', [flags.imageFile]),
    ...valued('--sha256', [sha256]),
    ...valued('--label', (flags.label ?? []).map(toText)),
    ...valued('--description', [flags.description]),
    ...valued('--ip-family', [flags.ipFamily]),
    ...valued('--network', flags.network ?? []),
    ...valued('--ssh-over', [flags.sshOver]),
    ...valued('--firewall', flags.firewall ?? []),
    ...valued('--server-label', (flags.serverLabel ?? []).map(toText)),
    ...valued('--download-proxy', [flags.downloadProxy]),
    ...valued('--ssh-port', [flags.sshPort]),
    ...valued('--factory-url', [flags.factoryUrl]),
    ...valued('--machines', [flags.machines]),
    ...set('--no-fallback', !flags.fallback),
    ...set('--allow-bigger-disk', flags.allowBiggerDisk),
    ...set('--boot-test', flags.bootTest),
    ...set('--force', flags.force),
    ...set('--even-in-use', flags.evenInUse),
    ...set('--sandbox', flags.sandbox),
    ...set('--allow-http', flags.allowHttp),
  ]
}

const toText = ({ key, value }: LabelFlag): string => `${key}=${value}`

const isNotVersion = (variable: string): boolean => !variable.startsWith('talos_version=')
