/** The look-ups before a plan: everything that can be checked without making anything, all problems at once. */

import type { Problem } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import type { Image, Location, Pricing, ServerType } from '../hetzner/wire.ts'
import { EMPTY_SCHEMATIC } from '../schematic/schema.ts'
import { checkImageUrl } from '../source/inspect-url.ts'
import { ProblemCollector } from '../util/problem-collector.ts'
import { IDENTITY_LABEL, LEASE_LABEL } from './labels.ts'
import { checkSchematicFile, lookUpSource, type SourceLookUp, submitSchematic } from './look-up-source.ts'
import { findChoiceProblems } from './placement-input.ts'
import type { Facts, ResolvedSource } from './plan.ts'
import type { ImageRequest, PlanRequest, SchematicFile } from './request.ts'
import { findServerProblems, resolveServer, type ServerOffers } from './server-settings.ts'
import { findServerWarnings } from './server-warnings.ts'
import { checkVersionForm, isFloating, resolveVersion } from './version.ts'

export interface LookUpOptions {
  readonly hetzner: HetznerClient
  readonly factory: FactoryClient
  readonly signal: AbortSignal
  readonly nowMs: number
}

/**
 * @param known problems that were found before, and are told together with the others
 * @throws ProblemsError with everything that was found wrong
 */
export async function gatherFacts(
  request: PlanRequest,
  images: readonly ImageRequest[],
  options: LookUpOptions,
  known: readonly Problem[] = [],
): Promise<Facts> {
  const problems = new ProblemCollector()
  problems.add(...known)
  const malformed = [checkVersionForm(request.variables.talosVersion), ...images.map(checkUrlForm)].filter(
    (problem) => problem !== undefined,
  )
  problems.add(...malformed)
  for (const { server } of images) problems.add(...findServerProblems(server))

  const [project, servers, resolved] = await Promise.all([
    problems.attempt(() => lookUpProject(options)),
    problems.attempt(() => lookUpServers(images, problems, options)),
    malformed.length > 0 ? undefined : problems.attempt(() => lookUpSources(request, images, problems, options)),
  ])
  // Planning finds these, too, but without all of its sources there is no plan.
  if (project !== undefined && resolved?.sources.length !== images.length) {
    const offers = { ...project, nowMs: options.nowMs }
    for (const image of images) problems.add(...findChoiceProblems(request, image, offers))
  }
  problems.throw()
  if (project === undefined || servers === undefined || resolved === undefined) {
    throw new RangeError('a look-up failed without a reason')
  }
  return { nowMs: options.nowMs, ...project, ...servers, ...resolved }
}

function checkUrlForm({ choice }: ImageRequest) {
  if (choice.kind !== 'url') return undefined
  const problem = checkImageUrl(choice.url)
  return problem === undefined ? undefined : ({ code: 'source', at: choice.at, ...problem } as const)
}

interface ProjectFacts {
  readonly serverTypes: readonly ServerType[]
  readonly locations: readonly Location[]
  readonly pricing: Pricing
  readonly snapshots: readonly Image[]
}

async function lookUpProject({ hetzner, signal }: LookUpOptions): Promise<ProjectFacts> {
  const [serverTypes, locations, pricing, snapshots] = await Promise.all([
    hetzner.catalogue.serverTypes({ signal }),
    hetzner.catalogue.locations({ signal }),
    hetzner.catalogue.pricing({ signal }),
    hetzner.images.listSnapshots({ labelSelector: `${IDENTITY_LABEL},!${LEASE_LABEL}` }, { signal }),
  ])
  return { serverTypes, locations, pricing, snapshots }
}

/** Lists what build servers are asked to be part of; nothing when nobody asks for it. */
async function lookUpServers(
  images: readonly ImageRequest[],
  problems: ProblemCollector,
  { hetzner, signal }: LookUpOptions,
): Promise<Pick<Facts, 'servers' | 'serverWarnings'>> {
  const [firewalls, networks] = await Promise.all([
    images.some(({ server }) => server.firewalls.length > 0) ? hetzner.firewalls.list({ signal }) : [],
    images.some(({ server }) => server.networks.length > 0) ? hetzner.networks.list({ signal }) : [],
  ])
  const offers: ServerOffers = { firewalls, networks }
  const warnings = new ProblemCollector()
  const servers = images.map((image) => {
    const { settings, problems: found } = resolveServer(image.server, offers)
    problems.add(...found)
    warnings.add(...findServerWarnings(image, settings, offers))
    return settings
  })
  return { servers, serverWarnings: warnings.all }
}

async function lookUpSources(
  request: PlanRequest,
  images: readonly ImageRequest[],
  problems: ProblemCollector,
  { factory, signal }: LookUpOptions,
): Promise<{ talosVersion: string; sources: readonly ResolvedSource[] } | undefined> {
  const talosVersion = await lookUpVersion(request, images, problems, { factory, signal })
  if (talosVersion === undefined) return undefined
  const look: SourceLookUp = { factory, talosVersion, signal }

  const files = new Set(images.flatMap(({ choice }) => (choice.kind === 'schematic' ? [choice.schematic] : [])))
  const submitted = new Map<SchematicFile | undefined, string | undefined>()
  await Promise.all(
    [...files].map(async (file) => {
      submitted.set(file, await problems.attempt(() => checkAndSubmit(file, problems, look)))
    }),
  )

  const sources = await Promise.all(
    images.map((image) => {
      const id = image.choice.kind === 'schematic' ? submitted.get(image.choice.schematic) : undefined
      // A schematic that was refused has been reported already.
      if (image.choice.kind === 'schematic' && id === undefined) return undefined
      return problems.attempt(() => lookUpSource(image, id, look))
    }),
  )
  return { talosVersion, sources: sources.filter((source) => source !== undefined) }
}

async function checkAndSubmit(
  file: SchematicFile | undefined,
  problems: ProblemCollector,
  look: SourceLookUp,
): Promise<string | undefined> {
  if (file === undefined) return submitSchematic(EMPTY_SCHEMATIC, 'the default schematic', look)
  const found = await checkSchematicFile(file, look)
  problems.add(...found)
  return found.length > 0 ? undefined : submitSchematic(file.parsed.schematic, file.file, look)
}

/** Images of the user's own need no Factory, and so no version that it knows. */
async function lookUpVersion(
  { variables: { talosVersion } }: PlanRequest,
  images: readonly ImageRequest[],
  problems: ProblemCollector,
  { factory, signal }: Pick<LookUpOptions, 'factory' | 'signal'>,
): Promise<string | undefined> {
  if (!isFloating(talosVersion.value) && images.every(({ choice }) => choice.kind !== 'schematic')) {
    return talosVersion.value
  }
  const resolved = resolveVersion(talosVersion, await factory.versions(signal))
  if (typeof resolved === 'string') return resolved
  problems.add(resolved)
  return undefined
}
