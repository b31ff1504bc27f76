/** From flags and files to what is asked for; every problem of the input at once, nothing asked of anybody yet. */

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Configuration, loadConfiguration, loadVariables, type VariableSources } from '../config/load.ts'
import { evaluateTemplate } from '../config/template/evaluate-template.ts'
import { ARCHITECTURES, type Architecture, type Role } from '../domain.ts'
import type { Problem } from '../errors.ts'
import type { LocalImage, PlanRequest, SchematicFile } from '../plan/request.ts'
import { readSchematicFile } from '../plan/schematic-file.ts'
import { withTemplateVersion } from '../plan/template-images.ts'
import { findLastingProblems } from '../plan/template-server.ts'
import { readRoleSchematics } from '../request/role-schematics.ts'
import { inspectFile } from '../source/inspect-file.ts'
import { ProblemCollector } from '../util/problem-collector.ts'
import { type CloudOptions, findCloudProblems, findTokenProblems } from './cloud.ts'
import { findConnectionProblems, findFactoryProblems } from './connection.ts'
import type { PinnedHash } from './flags.ts'
import type { Io } from './io.ts'
import type { ChosenProjects } from './projects.ts'
import { readServerFlags, type ServerFlags } from './server-flags.ts'
import { findTemplateTokenProblems } from './template-token.ts'

/** The flags that `build` and `plan` share. */
export interface PlanFlags extends CloudOptions, ServerFlags {
  /** Several projects: `NAME` or `NAME=VARIABLE` each, and the file that may name them, too. */
  readonly project?: readonly string[]
  readonly config?: string
  readonly directory?: string
  readonly roles?: boolean
  readonly arch?: readonly Architecture[]
  readonly schematic?: string
  readonly imageFile?: string
  readonly sha256?: readonly PinnedHash[]
  readonly var?: readonly string[]
  readonly varFile?: readonly string[]
  readonly fallback: boolean
  readonly allowBiggerDisk?: boolean
  readonly force?: boolean
  /** Milliseconds. */
  readonly sshTimeout?: number
}

/**
 * @param chosen the projects, when there are any: what is wrong with how they were named is said with the rest
 * @param known what is wrong already, to be said with the rest; `forPacker`: whether Packer is to build
 * @throws ProblemsError with everything that is wrong with the input
 */
export async function readRequest(
  io: Io,
  flags: PlanFlags,
  role: Role | undefined,
  chosen?: ChosenProjects,
  { known = [], forPacker = false }: { readonly known?: readonly Problem[]; readonly forPacker?: boolean } = {},
): Promise<PlanRequest> {
  const problems = new ProblemCollector()
  const { server, problems: serverProblems } = readServerFlags(flags)
  // A project without a token is a failure of that project alone, unless no other has one.
  problems.add(...known, ...(chosen === undefined ? findCloudProblems(io, flags) : findConnectionProblems(io, flags)))
  problems.add(...findFactoryProblems(io, flags))
  if (chosen !== undefined && flags.sandbox !== true) problems.add(...findTokenProblems(io, chosen.projects))
  problems.add(...(chosen?.problems ?? []), ...findContradictions(flags, role, chosen?.projects.length))
  const directory = flags.directory ?? (await findDirectory(io.cwd))
  // Packer reads the template itself, and much of it that nobody else can.
  const loadSources = forPacker ? loadForPacker : loadConfiguration
  const roles = flags.roles === true ? 'every' : role === undefined ? [] : [role]
  const [configuration, roleSchematics, schematic] = await Promise.all([
    problems.attempt(() =>
      loadSources({ directory, varFiles: flags.varFile ?? [], vars: flags.var ?? [], env: io.env, cwd: io.cwd }),
    ),
    // A local image is built as it is, for whichever role.
    readRoleSchematics({ cwd: io.cwd, directory, roles: flags.imageFile === undefined ? roles : [] }, problems),
    flags.schematic === undefined ? undefined : readSchematic(io, flags.schematic, 'schematic', problems),
  ])
  const template = configuration?.template
  const images = template === undefined ? [] : evaluateTemplate(template).images
  // What a template adds to the server may be just what is missing.
  problems.add(
    ...findLastingProblems(
      serverProblems,
      server,
      images.map((image) => image.server),
    ),
  )
  if (flags.sandbox !== true) problems.add(...findTemplateTokenProblems(io, images))
  const localImage = toLocalImage(io, flags)
  if (localImage?.kind === 'file') await problems.attempt(() => inspectFile(localImage.path, localImage.at))
  problems.throw()
  if (configuration === undefined) throw new RangeError('the variables could not be read, for no reason')
  const architectures = flags.arch ?? ARCHITECTURES
  return withTemplateVersion({
    variables: configuration.variables,
    template,
    architectures,
    roles: flags.roles === true ? [...roleSchematics.keys()] : [role],
    roleSchematics,
    schematic,
    localImage,
    sha256: toPins(flags.sha256 ?? [], architectures),
    force: flags.force === true,
    noFallback: !flags.fallback,
    allowBiggerDisk: flags.allowBiggerDisk === true,
    server,
    sshIsGiven: {
      port: flags.sandbox === true || flags.sshPort !== undefined || (io.env.TALOS_IMAGE_SSH_PORT ?? '') !== '',
      timeout: flags.sshTimeout !== undefined,
    },
  })
}

async function loadForPacker(sources: VariableSources): Promise<Configuration> {
  return { variables: await loadVariables(sources), template: undefined }
}

const usage = (message: string, hint: string): Problem => ({ code: 'usage', message, hint })

/** Flags that cannot go together. */
function findContradictions(flags: PlanFlags, role: Role | undefined, projects = 1): Problem[] {
  const problems: Problem[] = []
  const forRoles = flags.roles === true || role !== undefined
  const architectures = new Set(flags.arch ?? ARCHITECTURES)
  if (flags.roles === true && role !== undefined) {
    problems.push(usage(`--roles builds every role, and "${role}" asks for one`, 'give one of the two'))
  }
  if (flags.schematic !== undefined && forRoles) {
    problems.push(
      usage('--schematic is for generic images; a role has its own schematic', 'edit schematic-<role>.yaml instead'),
    )
  }
  if (flags.imageFile !== undefined) {
    if (flags.schematic !== undefined) {
      problems.push(usage('--image-file and --schematic cannot go together', 'a local image is built as it is'))
    }
    if (architectures.size > 1) {
      problems.push(usage('--image-file holds one architecture', 'say which: --arch arm or --arch x86'))
    }
    if (flags.roles === true) problems.push(usage('--image-file is one image, --roles are several', 'name one role'))
    if (flags.imageFile === '-' && projects > 1) {
      const hint = 'write it to a file first, which each project gets a copy of'
      problems.push(usage('standard input can be read once, and there are several projects', hint))
    }
  }
  const pins = flags.sha256 ?? []
  if (pins.length > 0 && flags.roles === true) {
    problems.push(
      usage('--sha256 pins one image of an architecture, --roles builds several', 'build the roles one by one'),
    )
  } else if (pins.some(({ architecture }) => architecture === undefined) && architectures.size > 1) {
    problems.push(usage('--sha256 does not say which image it is for', 'write --sha256 arm=... and --sha256 x86=...'))
  } else {
    problems.push(...findUselessPins(pins, architectures))
  }
  return problems
}

/** A pin that would not be looked at is worse than none: it was given to be relied on. */
function findUselessPins(pins: readonly PinnedHash[], architectures: ReadonlySet<Architecture>): Problem[] {
  const [only] = architectures
  const pinned = pins.map(({ architecture }) => architecture ?? only)
  return ARCHITECTURES.flatMap((one) => {
    const count = pinned.filter((architecture) => architecture === one).length
    if (count > 0 && !architectures.has(one)) {
      return [usage(`--sha256 pins the ${one} image, which is not built`, `leave it out, or add --arch ${one}`)]
    }
    return count > 1 ? [usage(`--sha256 is given twice for the ${one} image`, 'give it once for each image')] : []
  })
}

function toPins(
  pins: readonly PinnedHash[],
  architectures: readonly Architecture[],
): Partial<Record<Architecture, string>> {
  const pinned: Partial<Record<Architecture, string>> = {}
  for (const { architecture, hex } of pins) {
    const one = architecture ?? architectures[0]
    if (one !== undefined) pinned[one] = hex
  }
  return pinned
}

/** The directory that Packer users have: this one when it holds a template, else `_packer` in it. */
export async function findDirectory(cwd: string): Promise<string | undefined> {
  const isTemplate = (name: string): boolean => name.endsWith('.pkr.hcl') || name.endsWith('.pkr.json')
  const here = await readdir(cwd).catch(() => [])
  if (here.some(isTemplate)) return cwd
  const below = join(cwd, '_packer')
  return existsSync(below) ? below : undefined
}

/** Reads and parses a schematic; what is wrong goes to the problems. */
async function readSchematic(
  io: Io,
  path: string,
  what: string,
  problems: ProblemCollector,
): Promise<SchematicFile | undefined> {
  return problems.attempt(() => readSchematicFile(io.cwd, path, what))
}

function toLocalImage(io: Io, { imageFile }: PlanFlags): LocalImage | undefined {
  if (imageFile === undefined) return undefined
  if (imageFile === '-') return { kind: 'stdin' }
  return { kind: 'file', path: resolve(io.cwd, imageFile), at: { kind: 'flag', name: '--image-file' } }
}
