/** From a request to a plan: choose, look up, decide. */

import type { FactoryClient } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'
import { findContradictions } from './contradictions.ts'
import { gatherFacts, type LookUpOptions } from './facts.ts'
import { type Placement, rankPlacements } from './placement.ts'
import { toPlacementInput } from './placement-input.ts'
import { createPlan, type Plan, type PlannedImage } from './plan.ts'
import { type ChosenImages, chooseImages, type PlanRequest } from './request.ts'
import { withTemplateVersion } from './template-images.ts'
import { isFloating, resolveVersion } from './version.ts'

/** Who is asked while a plan is made. */
export interface PlanOptions {
  /** The project that the snapshots are for. */
  readonly hetzner: HetznerClient
  /** The Image Factory that the disks come from. */
  readonly factory: FactoryClient
  /** Aborting it ends the look-ups; the plan then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * The present, in milliseconds since the epoch.
   * @internal
   */
  readonly nowMs?: number
  /**
   * Whether Packer builds, whose templates want the disks packed with xz.
   * @internal
   */
  readonly forPacker?: boolean
}

/**
 * Plans a request. Nothing is made, except that the Image Factory begins to make the disks that will be needed, which can
 * take it a minute.
 * @throws ProblemsError with everything that is wrong with the request, or does not exist
 * @throws TalosImageError `token`, `api` or `network` when the project or the Factory cannot be asked
 */
export async function plan(request: PlanRequest, options: PlanOptions): Promise<Plan> {
  const { hetzner, factory, signal = new AbortController().signal, nowMs = Date.now(), forPacker = false } = options
  const { settled, images, warnings, problems } = await settleImages(request, { factory, signal })
  const facts = await gatherFacts(settled, images, { hetzner, factory, signal, nowMs, forPacker }, problems)
  const contradictions = findContradictions(images, facts.talosVersion)
  const all = [...request.variables.warnings, ...warnings, ...contradictions, ...facts.serverWarnings]
  return createPlan(settled, images, all, facts)
}

type Asking = Pick<LookUpOptions, 'factory' | 'signal'>

/**
 * The images that are wanted, with a version that is known.
 * @internal
 */
export async function settleImages(
  request: PlanRequest,
  options: Asking,
): Promise<ChosenImages & { readonly settled: PlanRequest }> {
  const settled = await settleVersion(withTemplateVersion(request), options)
  return { settled, ...chooseImages(settled) }
}

/**
 * A template writes the version into labels and URLs, so it must be known which one `latest` is before the template is
 * evaluated. What is wrong with it is told by the look-ups.
 */
async function settleVersion(request: PlanRequest, { factory, signal }: Asking): Promise<PlanRequest> {
  const { variables, template } = request
  if (template === undefined || !isFloating(variables.talosVersion.value)) return request
  const versions = await factory.versions(signal).catch(() => {
    signal.throwIfAborted()
    return []
  })
  const value = resolveVersion(variables.talosVersion, versions)
  if (typeof value !== 'string') return request
  return { ...request, variables: { ...variables, talosVersion: { ...variables.talosVersion, value } } }
}

/**
 * What is in stock for an image now, in the order in which it should be tried: what `build` can be given to look with
 * while it waits for servers to be in stock.
 * @throws TalosImageError `token`, `api` or `network` when the project cannot be asked
 */
export async function lookUpPlacements(
  request: PlanRequest,
  { architecture, sourceFacts, server, preferred }: PlannedImage,
  { hetzner, signal }: Pick<PlanOptions, 'hetzner' | 'signal'>,
): Promise<readonly Placement[]> {
  const [serverTypes, locations] = await Promise.all([
    hetzner.catalogue.serverTypes({ signal }),
    hetzner.catalogue.locations({ signal }),
  ])
  const offers = { serverTypes, locations, nowMs: Date.now() }
  return rankPlacements(
    toPlacementInput(request, { architecture, ...preferred }, sourceFacts.rawBytes, offers, server.networkZones),
  ).placements
}
