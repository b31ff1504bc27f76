/** A private network as it is kept. */

import * as v from 'valibot'
import { PROTECTABLE } from '../../row-actions.ts'
import { defineTable, NAMED } from '../../table.ts'

export const SUBNET_TYPES = ['cloud', 'server'] as const
const Network = v.object({
  ...NAMED,
  ...PROTECTABLE,
  /** CIDR notation, as are the others. */
  ipRange: v.string(),
  subnets: v.array(
    v.object({
      ipRange: v.string(),
      networkZone: v.string(),
      type: v.optional(v.picklist(SUBNET_TYPES), 'cloud'),
    }),
  ),
  routes: v.array(v.object({ destination: v.string(), gateway: v.string() })),
  exposeRoutes: v.optional(v.boolean(), false),
})
export type Network = v.InferOutput<typeof Network>

export const networks = defineTable('network', { firstId: 4_000_000, schema: Network })
