/** `/placement_groups`: that servers are to run on different hosts. */

import * as v from 'valibot'
import { LabelsInput } from '../labels.ts'
import { defineNamedResource, requireUniqueName } from '../resource.ts'
import { defineTable, NAMED } from '../table.ts'
import { formatTime } from '../time.ts'

const placementGroups = defineTable('placementGroup', {
  title: 'placement group',
  firstId: 1_000_000,
  schema: v.object({ ...NAMED, type: v.picklist(['spread']) }),
})

const Name = v.pipe(v.string('Not a valid string.'), v.trim(), v.nonEmpty('must not be empty'), v.maxLength(255))
const CreateInput = v.object({
  name: Name,
  type: v.picklist(['spread'], 'must be spread'),
  labels: v.optional(LabelsInput, {}),
})

export const placementGroupResource = defineNamedResource(placementGroups, Name, {
  path: 'placement_groups',
  key: 'placement_group',
  partial: { 'POST /placement_groups': 'no server can be put into one' },
  filters: { name: ({ name }) => name, type: ({ type }) => type },
  sort: { id: ({ id }) => id, name: ({ name }) => name, created: ({ created }) => created },
  show: ({ id, name, type, labels, created }) => ({
    id,
    name,
    type,
    labels,
    created: formatTime(created),
    servers: [],
  }),
  async create({ cloud, project, body }) {
    const { store, options } = cloud
    const order = await body(CreateInput)
    requireUniqueName(placementGroups, cloud, project, order.name)
    const made = { id: placementGroups.nextId(store), project, created: options.clock.now(), ...order }
    placementGroups.add(store, made)
    return { made, more: { action: null } }
  },
  remove(group, { cloud }) {
    placementGroups.remove(cloud.store, group)
    return undefined
  },
})
