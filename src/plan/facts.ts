/** The look-ups before a plan: everything that can be checked without making anything, all problems at once. */

import type { Problem } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { checkImageUrl } from '../source/inspect-url.ts'
import { ProblemCollector } from '../util/problem-collector.ts'
import { RUN_LABEL } from './labels.ts'
import { lookUpOffers } from './look-up-placements.ts'
import { checkSchematicFile, lookUpSource, type SourceLookUp } from './look-up-source.ts'
import type { Facts } from './plan.ts'
import { checkReach } from './reach.ts'
import type { ImageRequest, PlanRequest, SchematicFile } from './request.ts'
import { resolveServer, type ServerOffers } from './server-settings.ts'
import { findServerWarnings } from './server-warnings.ts'
import { type Submitted, submitSchematic } from './submit-schematic.ts'
import { chooseSystemImage, isNamedImage } from './system-image.ts'
import { lookUpUsers } from './users.ts'
import { checkVersionForm, isFloating, resolveVersion } from './version.ts'

interface SourceOptions {
  readonly factory: FactoryClient
  readonly signal: AbortSignal
  readonly forPacker?: boolean | undefined
}

interface ProjectOptions {
  readonly hetzner: HetznerClient
  readonly signal: AbortSignal
}

/** What the images are made of, which is the same in each project; less than all of it when there are problems. */
export async function gatherSources(
  request: PlanRequest,
  images: readonly ImageRequest[],
  problems: ProblemCollector,
  options: SourceOptions,
): Promise<SourceFacts | undefined> {
  const malformed = [checkVersionForm(request.variables.talosVersion), ...images.map(checkUrlForm)].filter(
    (problem) => problem !== undefined,
  )
  problems.add(...malformed)
  if (malformed.length > 0) return undefined
  return problems.attempt(() => lookUpSources(request, images, problems, options))
}

function checkUrlForm({ choice }: ImageRequest) {
  if (choice.kind !== 'url') return undefined
  const problem = checkImageUrl(choice.url)
  return problem === undefined ? undefined : ({ code: 'source', at: choice.at, ...problem } as const)
}

/** What is looked up in each project. */
export type ProjectFacts = Pick<Facts, 'serverTypes' | 'locations' | 'pricing' | 'snapshots' | 'users'>

/** What is looked up once. */
type SourceFacts = Pick<Facts, 'talosVersion' | 'sources'> & {
  /** What is worth saying about the sources. */
  readonly warnings: readonly Problem[]
}

/** Asks one project for what a plan needs. @throws TalosImageError what the API said */
export async function lookUpProject(
  { force, evenInUse, replaceAsPacker }: Pick<PlanRequest, 'force' | 'evenInUse' | 'replaceAsPacker'>,
  images: readonly ImageRequest[],
  { hetzner, signal }: ProjectOptions,
): Promise<ProjectFacts> {
  const wanted = images.map(({ location }) => location.value)
  const hasNetworks = images.some(({ server }) => server.networks.length > 0)
  const [offers, pricing, snapshots, users] = await Promise.all([
    lookUpOffers({ hetzner, signal }, wanted, hasNetworks),
    hetzner.catalogue.pricesIfKnown({ signal }),
    hetzner.images.listSnapshots({ labelSelector: RUN_LABEL }, { signal }),
    force && evenInUse !== true && replaceAsPacker !== true ? lookUpUsers(hetzner, signal) : new Map(),
  ])
  return { ...offers, pricing, snapshots, users }
}

/** What build servers are asked to be part of, in one project; only what is named somewhere is looked up. */
export async function lookUpServers(
  { bootTest }: Pick<PlanRequest, 'bootTest'>,
  images: readonly ImageRequest[],
  problems: ProblemCollector,
  { hetzner, signal }: ProjectOptions,
): Promise<Pick<Facts, 'servers' | 'serverWarnings'>> {
  const [systems, firewalls, networks] = await Promise.all([
    images.some(isNamedImage) ? hetzner.images.listSystems({ signal }) : [],
    images.some(({ server }) => server.firewalls.length > 0) ? hetzner.firewalls.list({ signal }) : [],
    images.some(({ server }) => server.networks.length > 0) ? hetzner.networks.list({ signal }) : [],
  ])
  const offers: ServerOffers = { firewalls, networks }
  const warnings = new ProblemCollector()
  const servers = images.map((image) => {
    const { settings, problems: found } = resolveServer(image.server, offers)
    problems.add(...found)
    const system = chooseSystemImage(image, systems)
    warnings.add(system.warning, ...findServerWarnings(image, settings, offers, bootTest === true))
    return { ...settings, systemImage: system.name }
  })
  return { servers, serverWarnings: warnings.all }
}

async function lookUpSources(
  request: PlanRequest,
  images: readonly ImageRequest[],
  problems: ProblemCollector,
  { factory, signal, forPacker }: SourceOptions,
): Promise<SourceFacts | undefined> {
  const talosVersion = await lookUpVersion(request, images, problems, { factory, signal })
  if (talosVersion === undefined) return undefined
  const look: SourceLookUp = { factory, talosVersion, signal, forPacker }

  const files = new Set(images.flatMap(({ choice }) => (choice.kind === 'schematic' ? [choice.schematic] : [])))
  const submitted = new Map<SchematicFile | undefined, Submitted | undefined>()
  await Promise.all(
    [...files].map(async (file) => {
      submitted.set(file, await problems.attempt(() => checkAndSubmit(file, problems, look)))
    }),
  )

  const sources = await Promise.all(
    images.map((image) => {
      const id = image.choice.kind === 'schematic' ? submitted.get(image.choice.schematic)?.id : undefined
      // A schematic that was refused has been reported already.
      if (image.choice.kind === 'schematic' && id === undefined) return undefined
      return problems.attempt(() => lookUpSource(image, id, look))
    }),
  )
  const reach = await checkReach(images, sources)
  problems.add(...reach.problems)
  const warnings = [...[...submitted.values()].flatMap((one) => one?.warnings ?? []), ...reach.warnings]
  return { talosVersion, sources: sources.filter((source) => source !== undefined), warnings }
}

async function checkAndSubmit(
  file: SchematicFile | undefined,
  problems: ProblemCollector,
  look: SourceLookUp,
): Promise<Submitted | undefined> {
  if (file === undefined) return submitSchematic(undefined, look)
  const found = await checkSchematicFile(file, look)
  problems.add(...found)
  return found.length > 0 ? undefined : submitSchematic(file, look)
}

const isOfFactory = ({ kind }: ImageRequest['choice']): boolean => kind === 'schematic' || kind === 'schematic-id'

/** Images of the user's own need no Factory, and so no version that it knows. */
async function lookUpVersion(
  { variables: { talosVersion } }: PlanRequest,
  images: readonly ImageRequest[],
  problems: ProblemCollector,
  { factory, signal }: SourceOptions,
): Promise<string | undefined> {
  if (!isFloating(talosVersion.value) && images.every(({ choice }) => !isOfFactory(choice))) {
    return talosVersion.value
  }
  const resolved = resolveVersion(talosVersion, await factory.versions(signal))
  if (typeof resolved === 'string') return resolved
  problems.add(resolved)
  return undefined
}
