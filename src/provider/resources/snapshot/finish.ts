/** What makes of a snapshot that is there the one that is wanted. */

import type { Snapshot } from '../../../hetzner/snapshot.ts'
import { PREFIX } from '../../../plan/labels.ts'
import { toProblem } from '../../../run/run-images.ts'
import { TIMEOUTS } from '../../../run/timeouts.ts'
import type { Context, Diagnostic, Outcome } from '../../definition.ts'
import { toDiagnostic } from '../../place.ts'
import type { Session } from '../../session.ts'
import type { attributes, SnapshotState } from './attributes.ts'
import { isUnproven } from './decide.ts'
import { wantedLabels } from './own-labels.ts'
import { toState } from './state.ts'

type Done = Outcome<typeof attributes>
type Calls = Context<Session>

/**
 * The same as {@link finish} of a snapshot that was built for the resource: Terraform has it also when that fails, since nothing else
 * would ever remove it. The error makes Terraform replace it.
 */
export async function finishBuilt(
  snapshot: Snapshot,
  wanted: SnapshotState,
  left: readonly Diagnostic[],
  context: Calls,
): Promise<Done> {
  try {
    return await finish(snapshot, wanted, left, context)
  } catch (error) {
    const { provider, signal } = context
    const { factoryUrl } = await provider.cloud()
    const { summary, detail } = toDiagnostic(toProblem(error, signal))
    const fate =
      'Terraform has it, and the next apply replaces it. To keep it: `terraform untaint ADDRESS`, then apply what is missing.'
    const failed: Diagnostic = {
      severity: 'error',
      summary: `the snapshot ${snapshot.id} was built, but not finished: ${summary}`,
      detail: detail === undefined ? fate : `${detail}\n\n${fate}`,
    }
    return { state: toState(snapshot, factoryUrl, wanted) ?? null, diagnostics: [failed, ...left] }
  }
}

/** Changes what is not as it is wanted, and warns of what is left, and of what is not proven. */
export async function finish(
  snapshot: Snapshot,
  wanted: SnapshotState,
  left: readonly Diagnostic[],
  context: Calls,
): Promise<Done> {
  const state = await settle(snapshot, wanted, context)
  const isProven = state === null || !isUnproven(wanted, state)
  return { state, diagnostics: isProven ? left : [...left, notProven(snapshot.id)] }
}

const notProven = (id: number): Diagnostic => ({
  severity: 'warning',
  summary: `the snapshot ${id} has not proven to boot: no server to boot it on is in stock`,
  detail:
    'It can be used all the same, as allow_unproven in boot_tests of the provider says. The next apply tries again.',
  path: ['boot_test'],
})

/** Changes what is not as it is wanted. */
async function settle(
  snapshot: Snapshot,
  wanted: SnapshotState,
  { provider, signal }: Pick<Calls, 'provider' | 'signal'>,
): Promise<SnapshotState | null> {
  const { images, actions } = await provider.hetzner()
  const { factoryUrl } = await provider.cloud()
  const { id } = snapshot
  const own = Object.entries(snapshot.labels).filter(([key]) => key.startsWith(PREFIX))
  const labels = { ...wanted.all_labels, ...Object.fromEntries(own), ...wantedLabels(wanted) }
  const description = wanted.description ?? snapshot.description
  const isSame = description === snapshot.description && isSameMap(labels, snapshot.labels)
  if (!isSame) await images.update(id, { description, labels }, { signal })
  const protect = wanted.protect ?? snapshot.protection.delete
  if (protect !== snapshot.protection.delete) {
    const action = await images.protect(id, protect, { signal })
    await actions.wait(action, { signal, timeoutMs: TIMEOUTS.actionMs, name: `the protection of snapshot ${id}` })
  }
  const settled = { ...snapshot, description, labels, protection: { delete: protect } }
  return toState(settled, factoryUrl, wanted) ?? null
}

function isSameMap(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}
