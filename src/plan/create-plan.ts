/** Makes the plan, from what was asked for and what was found: a pure function. */

import { type Problem, throwProblems } from '../errors.ts'
import type { Image } from '../hetzner/wire.ts'
import { isBootTested, rankBootPlacements } from './boot-test.ts'
import { costOf } from './cost.ts'
import { identityOf } from './identity.ts'
import { isFromSource, LEASE_LABEL, publicDescription, publicLabels, withRole } from './labels.ts'
import { type Placement, rankPlacements } from './placement.ts'
import { findZoneProblem } from './placement-checks.ts'
import { toPlacementInput } from './placement-input.ts'
import type { BootTest, Facts, Plan, PlannedImage, ResolvedSource } from './plan.ts'
import type { ImageRequest, PlanRequest } from './request.ts'
import { isOfSeries, isPublished, isSame } from './same.ts'
import type { ServerSettings } from './server-settings.ts'
import { describeUsers, IN_USE_HINT, type SnapshotUsers } from './users.ts'

/**
 * Decides everything, from what was asked for and what was found.
 * @throws ProblemsError with every name that does not exist, does not fit, or is too small
 * @internal
 */
export function createPlan(
  request: PlanRequest,
  wanted: readonly ImageRequest[],
  warnings: readonly Problem[],
  facts: Facts,
): Plan {
  const problems: Problem[] = []
  const images = wanted.flatMap((image, index) => {
    const resolved = facts.sources[index]
    const server = facts.servers[index]
    if (resolved === undefined || server === undefined) return []
    const { planned, problems: found } = planImage(request, image, { resolved, server }, facts)
    problems.push(...found)
    return [planned]
  })
  throwProblems([...new Map(problems.map((problem) => [problem.message, problem])).values()])
  const unpublished = facts.snapshots.filter(({ labels }) => labels[LEASE_LABEL] !== undefined)
  const { talosVersion, pricing } = facts
  return {
    talosVersion,
    inputs: request.inputs,
    ...(request.shard === undefined ? {} : { shard: request.shard }),
    images,
    cost: costOf(images, pricing),
    warnings,
    unpublished,
  }
}

function planImage(
  request: PlanRequest,
  image: ImageRequest,
  { resolved, server }: { readonly resolved: ResolvedSource; readonly server: ServerSettings },
  facts: Facts,
): { planned: PlannedImage; problems: readonly Problem[] } {
  const { architecture, role, sha256, serverType, location, template } = image
  const talosVersion = template?.version?.value ?? facts.talosVersion
  const own = Object.fromEntries([...(request.labels ?? [])].map(([key, { value }]) => [key, value]))
  const labels = { ...(template?.labels ?? publicLabels({ architecture, talosVersion, role })), ...own }
  const identity = identityOf({ source: resolved.source, architecture, role, talosVersion, sha256 })
  const mostDiskGb = request.allowBiggerDisk ? undefined : diskOf(serverType.value, facts)
  // A snapshot of a bigger disk could not start the servers that one of the wanted type can.
  const usable = facts.snapshots.filter(({ disk_size }) => disk_size <= (mostDiskGb ?? Number.POSITIVE_INFINITY))
  const same = usable.filter(
    (snapshot) =>
      isSame(snapshot, { identity, labels, architecture }) &&
      (sha256 === undefined || isFromSource(snapshot.labels, sha256)),
  )
  const description = withRole(
    request.description?.value ?? template?.description ?? publicDescription(architecture, talosVersion),
    role,
  )
  const namesakes = facts.snapshots.filter(
    (snapshot) =>
      isPublished(snapshot) && snapshot.architecture === architecture && snapshot.description === description,
  )
  const replaces = request.force ? (request.replaceAsPacker ? namesakes : same) : []
  const misplaced = findZoneProblem(location, server.networkZones, facts.locations)
  const { placements, notes, problems } =
    misplaced === undefined
      ? rankPlacements(toPlacementInput(request, image, resolved.facts.rawBytes, facts, server.networkZones))
      : { placements: [], notes: [], problems: [misplaced] }
  const existing = request.force ? undefined : same[0]
  const planned: PlannedImage = {
    name: image.name,
    architecture,
    build: template?.build,
    role,
    talosVersion,
    source: resolved.source,
    sourceFacts: resolved.facts,
    sha256,
    schematicId: resolved.schematicId,
    schematicFile: image.choice.kind === 'schematic' ? image.choice.schematic?.file : undefined,
    installer: resolved.installer,
    identity,
    description,
    labels,
    placements,
    preferred: { serverType, location },
    ssh: { port: template?.sshPort, timeoutMs: template?.sshTimeoutMs },
    server,
    bootTest: planBootTest(request, image, { existing, first: placements[0], server }, facts),
    force: request.force,
    existing,
    // They are sorted, newest first.
    older: usable.find((snapshot) => isOfSeries(snapshot, { labels, architecture })),
    replaces,
    evenInUse: request.evenInUse === true,
    notes,
  }
  const used = request.replaceAsPacker ? [] : findUsed(planned, facts.users)
  return { planned, problems: [...problems, ...used] }
}

function planBootTest(
  { bootTest, noFallback }: PlanRequest,
  { architecture, serverType, location }: ImageRequest,
  { existing, first, server }: { existing: Image | undefined; first: Placement | undefined; server: ServerSettings },
  facts: Facts,
): BootTest | undefined {
  if (bootTest !== true || (existing !== undefined && isBootTested(existing))) return undefined
  const only = noFallback ? serverType.value : undefined
  const diskGb = existing?.disk_size ?? first?.diskGb ?? 0
  const wish = { architecture, diskGb, location: location.value, networkZones: server.networkZones, only }
  return { placements: rankBootPlacements(wish, facts), only }
}

/**
 * What keeps `--force` from replacing snapshots: those that servers were made from, unless they may go all the same.
 * @internal
 */
export function findUsed(
  { name, replaces, evenInUse }: Pick<PlannedImage, 'name' | 'replaces' | 'evenInUse'>,
  users: SnapshotUsers,
): Problem[] {
  if (evenInUse) return []
  return replaces.flatMap(({ id }): Problem[] => {
    const servers = users.get(id) ?? []
    const message = `${name}: the snapshot ${id}, which --force would replace, is in use`
    return servers.length === 0
      ? []
      : [{ code: 'usage', message: `${message}: ${describeUsers(servers)}`, hint: IN_USE_HINT }]
  })
}

function diskOf(serverType: string, { serverTypes }: Facts): number | undefined {
  return serverTypes.find(({ name }) => name === serverType)?.disk
}
