/** `talosimage_snapshot`. */

import { DiagnosticsError, type ResourceDefinition } from '../../definition.ts'
import { placed, toWarnings, wrong } from '../../place.ts'
import { isOpen } from '../../schematic-value.ts'
import type { Session } from '../../session.ts'
import { adopt, change, create, look, lookUp, remove } from './apply.ts'
import { attributes, type SnapshotConfig, type SnapshotState } from './attributes.ts'
import { decide, isContentOpen, isSameContent, isSameServer, isUnproven } from './decide.ts'
import { readSnapshotConfig } from './request.ts'
import { findAdopted, findLateKeep, findOtherSource, stays } from './warnings.ts'

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
    if (prior !== null) provider.owned.add(Number(prior.id))
    const isSettled = prior !== null && isSame(config, prior)
    // What stands in the place of something open would be looked up for nothing, and the Factory would make a disk of it.
    const isLater = !provider.isOpen || isContentOpen(config)
    const found = isSettled || isLater ? undefined : await lookUp(provider, request)
    const decision = decide(config, prior, found?.image)
    const warnings = toWarnings(found?.warnings ?? [])
    if (prior !== null && decision.replace === undefined) {
      return { ...decision, diagnostics: [...warnings, ...findOtherSource(config, prior)] }
    }
    // Of a replacement Terraform (1.11) shows only what is said while there is a prior state.
    const late = prior === null ? [] : findLateKeep(config, prior)
    // Without all labels it is not known which snapshot it is.
    const isKnown = found !== undefined && !isOpen(config.labels)
    const existing = isKnown ? found.image.existing : undefined
    const adopted = isKnown ? findAdopted(found.image, config, existing && provider.owned.has(existing.id)) : []
    return { ...decision, expected: String(existing?.id ?? ''), diagnostics: [...warnings, ...adopted, ...late] }
  },

  async read(state, context) {
    context.provider.owned.add(Number(state.id))
    if (!context.provider.isOpen) return { state }
    return placed(async () => ({ state: await look(state, context) }))
  },

  create: ({ config, planned, expected }, context) => create(config, planned, expected, context),
  update: ({ config, prior }, context) => change(config, prior, context),

  async planDelete(prior) {
    const { protect, keep_on_destroy, id } = prior
    if (keep_on_destroy === true) return [stays(prior, 'will stay')]
    if (protect !== true) return []
    const detail = 'Set protect = false and apply that first; or set keep_on_destroy = true to let Terraform forget it.'
    return [wrong(['protect'], `the snapshot ${id} is protected, so it cannot be deleted`, detail)]
  },

  delete: (prior, context) => remove(prior, context),

  async import(id, context) {
    if (/^\d+$/.test(id)) return placed(() => adopt(Number(id), context))
    throw new DiagnosticsError([wrong([], `"${id}" is not the ID of a snapshot`, 'See `talos-image list`.')])
  },
}

/** Whether there is nothing to look up. */
const isSame = (config: SnapshotConfig, prior: SnapshotState): boolean =>
  isSameContent(config, prior) && isSameServer(config, prior) && !isUnproven(config, prior)
