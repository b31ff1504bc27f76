/** Putting servers into placement groups, and taking them out again. */

import * as v from 'valibot'
import { atEnd } from '../../action-engine.ts'
import { ApiFault } from '../../errors.ts'
import type { ResourceOptions } from '../../resource.ts'
import { Id } from '../../table.ts'
import { findGroup, placementGroups, requireRoomIn } from '../placement-groups.ts'
import { requireStopped, type Server, startServerAction } from './server.ts'

export const placementActions: ResourceOptions<Server>['actions'] = {
  async add_to_placement_group(server, { cloud, body }) {
    const { placement_group } = await body(v.object({ placement_group: Id }))
    const group = findGroup(cloud, server.project, placement_group, 404)
    requireRoomIn(group, cloud)
    requireStopped(cloud, server)
    if (server.placementGroup !== null) {
      throw new ApiFault(422, 'already_in_placement_group', 'the server is already part of a placement group')
    }
    const work = atEnd(() => {
      server.placementGroup = group.id
    })
    const alsoAbout = [placementGroups.ref(group)]
    return { action: startServerAction(cloud, server, { command: 'add_to_placement_group', alsoAbout, work }) }
  },
  remove_from_placement_group(server, { cloud }) {
    if (server.placementGroup === null) throw new ApiFault(404, 'not_found', 'server is in no placement group')
    const group = findGroup(cloud, server.project, server.placementGroup, 404)
    const work = atEnd(() => {
      server.placementGroup = null
    })
    const alsoAbout = [placementGroups.ref(group)]
    return { action: startServerAction(cloud, server, { command: 'remove_from_placement_group', alsoAbout, work }) }
  },
}
