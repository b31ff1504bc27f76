/** `talosimage_snapshot`. */

import type { PlannedImage } from '../../../plan/plan.ts'
import { type Diagnostic, DiagnosticsError, type ResourceDefinition } from '../../definition.ts'
import { placed, toWarnings, wrong } from '../../place.ts'
import type { Session } from '../../session.ts'
import { adopt, change, create, look, lookUp, remove } from './apply.ts'
import { attributes, type SnapshotConfig, type SnapshotState } from './attributes.ts'
import { decide, isSameContent, isSameServer, isUnproven } from './decide.ts'
import { readSnapshotConfig } from './request.ts'

export const snapshot: ResourceDefinition<typeof attributes, Session> = {
  name: 'snapshot',
  description:
    'A Talos snapshot: built on a temporary server, read back, published, and nothing else left behind. One that the project has already is adopted.',
  attributes,
  version: 0,

  async validate(config) {
    await readSnapshotConfig(config)
    return []
  },

  async plan({ config, prior }, { provider }) {
    const request = await readSnapshotConfig(config, provider.access.server)
    const isSettled = prior !== null && isSame(config, prior)
    if (isSettled || !provider.isOpen) return decide(config, prior, undefined)
    const { image, warnings } = await lookUp(provider, request)
    const decision = decide(config, prior, image)
    // Of one that is replaced, they come with the plan of the new one.
    if (decision.replace !== undefined) return decision
    const isNew = prior === null && decision.planned.identity === image.identity
    return { ...decision, diagnostics: [...toWarnings(warnings), ...(isNew ? findAdopted(image) : [])] }
  },

  async read(state, context) {
    if (!context.provider.isOpen) return { state }
    return placed(async () => ({ state: await look(state, context) }))
  },

  create: ({ config, planned }, context) => create(config, planned, context),
  update: ({ config, prior }, context) => change(config, prior, context),

  async planDelete({ protect, keep_on_destroy, id }) {
    if (protect !== true || keep_on_destroy === true) return []
    const detail = 'Set protect = false and apply that first; or set keep_on_destroy = true to let Terraform forget it.'
    return [wrong(['protect'], `the snapshot ${id} is protected, so it cannot be deleted`, detail)]
  },

  async delete(prior, context) {
    const { id, keep_on_destroy } = prior
    if (keep_on_destroy === true) {
      context.log('info', `the snapshot ${id} is kept`)
      return []
    }
    if (!context.provider.held.has(Number(id))) return remove(prior, context)
    const summary = `the snapshot ${id} stays: the resource in its place has adopted it`
    return [{ severity: 'warning', summary, detail: 'It has the same content, so nothing was built anew.' }]
  },

  async import(id, context) {
    if (/^\d+$/.test(id)) return placed(() => adopt(Number(id), context))
    throw new DiagnosticsError([wrong([], `"${id}" is not the ID of a snapshot`, 'See `talos-image list`.')])
  },
}

/** Whether there is nothing to look up. */
const isSame = (config: SnapshotConfig, prior: SnapshotState): boolean =>
  isSameContent(config, prior) && isSameServer(config, prior) && !isUnproven(config, prior)

function findAdopted({ existing, bootTest }: PlannedImage): Diagnostic[] {
  if (existing === undefined) return []
  const summary = `the snapshot ${existing.id} (${existing.description}) exists already, and will be adopted`
  const booted = bootTest === undefined ? '' : '; it is booted first'
  const detail = `It has the same content and labels, so nothing is built${booted}. From then on Terraform changes and destroys it; with keep_on_destroy = true it stays.`
  return [{ severity: 'warning', summary, detail }]
}
