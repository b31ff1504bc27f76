/** What is done to snapshots of a project. */

import { type Problem, TalosImageError } from '../../../errors.ts'
import type { HetznerClient } from '../../../hetzner/client.ts'
import type { Snapshot } from '../../../hetzner/snapshot.ts'
import { isApiFailure } from '../../../hetzner/transport/api-failure.ts'
import { planBootTest } from '../../../library/boot-test.ts'
import { deleteSnapshots, getSnapshot } from '../../../library/delete-snapshots.ts'
import type { Plan, PlannedImage } from '../../../plan/plan.ts'
import type { PlanRequest } from '../../../plan/request.ts'
import { toWait } from '../../../run/option-limits.ts'
import type { ImageResult } from '../../../run/result.ts'
import { TIMEOUTS } from '../../../run/timeouts.ts'
import type { Leftover } from '../../../util/cleanup-scope.ts'
import { startDeadline } from '../../../util/deadline.ts'
import { type Context, type Diagnostic, DiagnosticsError, type Outcome } from '../../definition.ts'
import { placed, toDiagnostic, wrong } from '../../place.ts'
import type { Session } from '../../session.ts'
import type { attributes, SnapshotConfig, SnapshotState } from './attributes.ts'
import { inPlace, isUnproven, kept } from './decide.ts'
import { finish, finishBuilt } from './finish.ts'
import { readSnapshotConfig } from './request.ts'
import { toState } from './state.ts'
import { findUnexpected, stays, staysWithOther } from './warnings.ts'

type Done = Outcome<typeof attributes>
type Calls = Context<Session>

/** What is looked up for one image. @throws DiagnosticsError */
export async function lookUp(
  provider: Session,
  request: PlanRequest,
): Promise<{ readonly made: Plan; readonly image: PlannedImage; readonly warnings: Plan['warnings'] }> {
  // The description is settled afterwards, also that of a snapshot that is there.
  const made = await placed(() => provider.plan({ ...request, description: undefined }))
  const [image] = made.images
  if (image === undefined) throw new RangeError('a plan of one image has one')
  // Those of `usage` are about what a selector finds: this is a resource, which has its ID.
  return { made, image, warnings: made.warnings.filter(({ code }) => code !== 'usage') }
}

/**
 * Builds a snapshot, or adopts the one that is there.
 * @param expected the ID of the one that the plan has found; empty when it found none
 */
export async function create(
  config: SnapshotState,
  planned: SnapshotConfig,
  expected: string,
  context: Calls,
): Promise<Done> {
  const { provider } = context
  // What `latest` was in the plan.
  const version = typeof planned.version === 'string' ? planned.version : config.talos_version
  const request = await readSnapshotConfig({ ...config, talos_version: version }, provider.access.server)
  const { identity } = typeof planned.identity === 'string' ? planned : (await lookUp(provider, request)).image
  // A second resource that is the same adopts what the first one builds.
  return provider.inTurn(turnOf(identity, config), () => obtain(config, request, expected, context))
}

/** The same for all that one snapshot serves. @param identity of which the version is a part */
const turnOf = (identity: SnapshotConfig['identity'] | undefined, config: SnapshotState): string =>
  JSON.stringify([identity, Object.entries(inPlace(config, '').all_labels ?? {}).toSorted(byKey)])
const byKey = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1)

/** Without a limit of the user's own: longer than all steps of a build. */
const NO_LIMIT = '24h'

async function obtain(config: SnapshotState, request: PlanRequest, expected: string, context: Calls): Promise<Done> {
  const { provider } = context
  const { made, image } = await lookUp(provider, request)
  const target = inPlace(config, image.talosVersion)
  const images = [{ ...image, description: target.description ?? image.description }]
  const { result, left } = await carryOut({ ...made, images }, config, 'create', context)
  const { status, snapshot } = result
  const isBuilt = status === 'built'
  const told = isBuilt ? [] : findUnexpected(snapshot, config, { isHeld: provider.held.has(snapshot.id), expected })
  const wanted: SnapshotState = {
    ...config,
    ...target,
    version: image.talosVersion,
    identity: image.identity ?? null,
    schematic_id: image.schematicId ?? null,
    installer: image.installer ?? null,
    source_sha256: isBuilt ? (result.written?.sourceSha256 ?? null) : null,
    adopted: !isBuilt,
    keep_on_destroy: config.keep_on_destroy ?? !isBuilt,
  }
  const done = await (isBuilt ? finishBuilt : finish)(snapshot, wanted, [...left, ...told], context)
  provider.held.add(snapshot.id)
  provider.owned.add(snapshot.id)
  return done
}

/** Does what a plan of one image says. @throws DiagnosticsError when it fails, with what could not be removed */
async function carryOut(
  made: Plan,
  { timeouts }: SnapshotState,
  what: 'create' | 'update',
  { provider, signal }: Calls,
): Promise<{ readonly result: Exclude<ImageResult, { status: 'failed' }>; readonly left: readonly Diagnostic[] }> {
  const limit = timeouts?.[what] ?? NO_LIMIT
  using deadline = startDeadline(signal, toWait(limit) ?? TIMEOUTS.removeMs)
  const { images, leftovers } = await placed(() => provider.build(made, deadline.signal))
  const left = leftovers.map(toWarning)
  const [result] = images
  if (result === undefined) throw new RangeError('a build of one image has one result')
  if (result.status !== 'failed') return { result, left }
  const fate = left.length > 0 ? 'what could not be removed is named beside this' : 'what was made for it is removed'
  const why = deadline.expired ? tooLong(what, limit, fate) : toDiagnostic(withFate(result.problem, fate))
  throw new DiagnosticsError([why, ...left])
}

/** Changes in place what is not as it is wanted. */
export async function change(config: SnapshotState, prior: SnapshotState, context: Calls): Promise<Done> {
  const { provider, signal } = context
  const schematic = prior.schematic ?? config.schematic
  const wanted = {
    ...config,
    ...inPlace(config, prior.version ?? ''),
    ...kept(prior),
    schematic,
    keep_on_destroy: config.keep_on_destroy ?? prior.adopted,
  }
  const done = await placed(async () => {
    if (isUnproven(config, prior)) {
      const { server } = provider.access
      const options = { server, location: config.location ?? undefined, signal }
      const made = await planBootTest(Number(prior.id), await provider.hetzner(), options)
      const { result, left } = await carryOut(made, config, 'update', context)
      return finish(result.snapshot, wanted, left, context)
    }
    return finish(await getSnapshot(await provider.hetzner(), Number(prior.id), signal), wanted, [], context)
  })
  // Where nothing is said of the protection, one that has changed since the plan is left alone, and shown by the next plan.
  return { ...done, state: done.state && { ...done.state, protect: config.protect ?? prior.protect } }
}

const toWarning = ({ name, reason, command }: Leftover): Diagnostic => ({
  severity: 'warning',
  summary: `${name} could not be removed: ${reason}`,
  detail: `Remove it: \`${command}\``,
})

/** What an interrupted build has come to. */
const withFate = (problem: Problem, fate: string): Problem =>
  problem.code === 'interrupted' ? { ...problem, hint: fate } : problem

const tooLong = (what: 'create' | 'update', limit: string, fate: string): Diagnostic => {
  const done = what === 'create' ? 'built' : 'booted'
  return {
    ...toDiagnostic({ code: 'timeout', message: `the snapshot was not ${done} within ${limit}`, hint: fate }),
    path: ['timeouts', what],
  }
}

/** How it is now; null when it is gone. */
export async function look(state: SnapshotState, { provider, signal }: Calls): Promise<SnapshotState | null> {
  const [hetzner, { factoryUrl }] = await Promise.all([provider.hetzner(), provider.cloud()])
  const snapshot = await findSnapshot(hetzner, Number(state.id), signal)
  return snapshot === undefined ? null : (toState(snapshot, factoryUrl, state) ?? null)
}

function findSnapshot(hetzner: HetznerClient, id: number, signal: AbortSignal): Promise<Snapshot | undefined> {
  return hetzner.images.get(id, { signal }).catch((error: unknown) => {
    if (isApiFailure(error, 'not_found')) return undefined
    throw error
  })
}

/** One that is there, for `terraform import`: with the schematic that it was made of, if the Factory knows it. */
export async function adopt(id: number, { provider, signal }: Calls): Promise<Done> {
  const [hetzner, { factory, factoryUrl }] = await Promise.all([provider.hetzner(), provider.cloud()])
  const snapshot = await getSnapshot(hetzner, id, signal)
  const state = snapshot.type === 'snapshot' ? toState(snapshot, factoryUrl) : undefined
  if (state === undefined) {
    const detail = 'Neither its labels nor its description name a version of Talos.'
    throw new DiagnosticsError([wrong([], `the image ${id} is no snapshot of Talos`, detail)])
  }
  const schematic =
    state.schematic_id === null ? null : await factory.readSchematic(state.schematic_id, signal).catch(() => null)
  signal.throwIfAborted()
  return { state: { ...state, schematic }, diagnostics: state.identity === null ? [notOurs(id)] : [] }
}

function notOurs(id: number): Diagnostic {
  const summary = `the snapshot ${id} was not read back by talos-image, so it is not known what is in it`
  return { severity: 'warning', summary, detail: 'The next plan replaces it by one that is.' }
}

/**
 * Deletes it, unless servers were made from it; one that is gone already is no error. It stays when that is wanted, or another
 * resource has adopted it: one that is about to is waited for, and would build a new one if this came first.
 */
export function remove(prior: SnapshotState, context: Calls): Promise<readonly Diagnostic[]> {
  const { provider } = context
  return provider.inTurn(turnOf(prior.identity, prior), async () => {
    if (provider.held.has(Number(prior.id))) return [staysWithOther(prior)]
    return prior.keep_on_destroy === true ? [stays(prior, 'stays')] : placed(() => discard(prior, context))
  })
}

async function discard(
  { id, force_destroy }: SnapshotState,
  { provider, signal }: Calls,
): Promise<readonly Diagnostic[]> {
  try {
    const evenInUse = force_destroy === true
    await deleteSnapshots(await provider.hetzner(), [Number(id)], { force: true, evenInUse, signal })
    return []
  } catch (error) {
    if (error instanceof TalosImageError && error.code === 'not-found') return []
    throw error
  }
}
