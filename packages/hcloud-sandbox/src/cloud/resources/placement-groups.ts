/** `/placement_groups`: that servers are to run on different hosts. */

import * as v from 'valibot'
import type { CloudContext } from '../context.ts'
import { ApiFault, invalidField, notFound } from '../errors.ts'
import { LabelsInput } from '../labels.ts'
import { defineNamedResource, requireUniqueName } from '../resource.ts'
import { defineTable, NAMED, type Store } from '../table.ts'
import { formatTime } from '../time.ts'
import { type Server, servers } from './servers/server.ts'

const PlacementGroup = v.object({ ...NAMED, type: v.picklist(['spread']) })
type PlacementGroup = v.InferOutput<typeof PlacementGroup>

export const placementGroups = defineTable('placementGroup', {
  title: 'placement group',
  firstId: 1_000_000,
  schema: PlacementGroup,
})

/** Source: the API's documentation. */
const MOST_SERVERS = 10

const Name = v.pipe(v.string('Not a valid string.'), v.trim(), v.nonEmpty('must not be empty'), v.maxLength(255))
const CreateInput = v.object({
  name: Name,
  type: v.picklist(['spread'], 'must be spread'),
  labels: v.optional(LabelsInput, {}),
})

export const placementGroupResource = defineNamedResource(placementGroups, Name, {
  path: 'placement_groups',
  key: 'placement_group',
  filters: { name: ({ name }) => name, type: ({ type }) => type },
  sort: { id: ({ id }) => id, name: ({ name }) => name, created: ({ created }) => created },
  show: showPlacementGroup,
  async create({ cloud, project, body }) {
    const { store, options } = cloud
    const order = await body(CreateInput)
    requireUniqueName(placementGroups, cloud, project, order.name)
    const made = { id: placementGroups.nextId(store), project, created: options.clock.now(), ...order }
    placementGroups.add(store, made)
    return { made, more: { action: null } }
  },
  remove(group, { cloud: { store } }) {
    for (const server of membersOf(group, store)) server.placementGroup = null
    placementGroups.remove(store, group)
    return undefined
  },
})

const membersOf = ({ id }: PlacementGroup, store: Store): Server[] =>
  servers.rows(store).filter(({ placementGroup }) => placementGroup === id)

export function showPlacementGroup(group: PlacementGroup, { store }: CloudContext) {
  const { id, name, type, labels, created } = group
  const members = membersOf(group, store).map((server) => server.id)
  return { id, name, type, labels, created: formatTime(created), servers: members }
}

/** @throws ApiFault with the status `unknown` when there is none */
export function findGroup({ store }: CloudContext, project: string, id: number, unknown: 404 | 422): PlacementGroup {
  const group = placementGroups.find(store, project, id)
  if (group !== undefined) return group
  throw unknown === 404 ? notFound('placement group', id) : invalidField('placement_group', `${id} not found`)
}

/** @throws ApiFault 422 when the group is full */
export function requireRoomIn(group: PlacementGroup, { store }: CloudContext): void {
  if (membersOf(group, store).length < MOST_SERVERS) return
  throw new ApiFault(422, 'placement_error', `a placement group has at most ${MOST_SERVERS} servers`)
}
