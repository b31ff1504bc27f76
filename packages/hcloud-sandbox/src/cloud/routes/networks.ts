/** `/networks` */

import { Hono } from 'hono'
import * as v from 'valibot'
import type { StartedAction } from '../action-engine.ts'
import { readBody } from '../body.ts'
import { LOCATIONS } from '../catalogue/locations.ts'
import type { StoredNetwork } from '../entities.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { notUnique } from '../errors.ts'
import { formatAction } from '../formatters/action.ts'
import { formatNetwork } from '../formatters/network.ts'
import { isCidr } from '../ip-range.ts'
import { LabelsInput } from '../labels.ts'
import { pageResponse, type SortFields, selectByLabels, selectByParameter, sortItems } from '../list.ts'
import { placeSubnet, requireNetwork, requireNetworkRange } from '../networks.ts'
import { removeItem } from '../store.ts'
import { resourceActionRoutes } from './actions.ts'

const ZONES = [...new Set(LOCATIONS.map(({ network_zone }) => network_zone))]
const Name = v.pipe(v.string('Not a valid string.'), v.trim(), v.nonEmpty('must not be empty'), v.maxLength(64))
const SubnetInput = v.object({
  type: v.picklist(['cloud', 'server'], 'must be cloud or server: the sandbox has no vswitch'),
  ip_range: v.optional(v.string('Not a valid string.')),
  network_zone: v.picklist(ZONES, 'is no network zone'),
})
const RouteInput = v.object({
  destination: v.pipe(v.string('Not a valid string.'), v.check(isCidr, 'is not a valid IP range')),
  gateway: v.pipe(v.string('Not a valid string.'), v.ipv4('is not a valid IP')),
})
const CreateInput = v.object({
  name: Name,
  ip_range: v.string('Not a valid string.'),
  subnets: v.optional(v.array(SubnetInput), []),
  routes: v.optional(v.array(RouteInput), []),
  labels: v.optional(LabelsInput, {}),
})
const UpdateInput = v.object({ name: v.optional(Name), labels: v.optional(LabelsInput) })

const SORT: SortFields<StoredNetwork> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  created: ({ created }) => created,
}

export function networkRoutes(cloud: CloudContext): Hono<CloudEnv> {
  const { options, store, engine } = cloud
  const networksOf = (project: string) => store.state.networks.filter((network) => network.project === project)

  function requireUniqueName(project: string, name: string): void {
    if (networksOf(project).some((network) => network.name === name)) {
      throw notUnique('name', 'network name is already used')
    }
  }

  /** Starts an action on a network; the change is made when it ends. */
  const act = (network: StoredNetwork, command: string, change: () => void): StartedAction =>
    engine.start({
      project: network.project,
      command,
      resources: [{ id: network.id, type: 'network' }],
      async work(latency) {
        await latency()
        change()
      },
    })

  return new Hono<CloudEnv>()
    .route(
      '/',
      resourceActionRoutes(cloud, 'network', (project, id) => requireNetwork(cloud, project, id)),
    )
    .get('/', (context) => {
      const labelled = selectByLabels(context, networksOf(context.get('project')))
      const named = selectByParameter(context, 'name', labelled, ({ name }) => name)
      return pageResponse(context, 'networks', sortItems(context, named, SORT), (one) => formatNetwork(one, store))
    })
    .post('/', async (context) => {
      const project = context.get('project')
      const input = await readBody(context, CreateInput)
      requireNetworkRange(input.ip_range)
      requireUniqueName(project, input.name)
      const subnets: StoredNetwork['subnets'] = []
      for (const order of input.subnets) subnets.push(placeSubnet({ ipRange: input.ip_range, subnets }, order))
      const network: StoredNetwork = {
        id: store.nextId('network'),
        project,
        name: input.name,
        ipRange: input.ip_range,
        subnets,
        routes: input.routes,
        labels: input.labels,
        created: options.clock.now(),
      }
      store.state.networks.push(network)
      store.touch()
      return context.json({ network: formatNetwork(network, store) }, 201)
    })
    .get('/:id{[0-9]+}', (context) => {
      const network = requireNetwork(cloud, context.get('project'), context.req.param('id'))
      return context.json({ network: formatNetwork(network, store) })
    })
    .put('/:id{[0-9]+}', async (context) => {
      const network = requireNetwork(cloud, context.get('project'), context.req.param('id'))
      const input = await readBody(context, UpdateInput)
      if (input.name !== undefined && input.name !== network.name) requireUniqueName(network.project, input.name)
      network.name = input.name ?? network.name
      network.labels = input.labels ?? network.labels
      store.touch()
      return context.json({ network: formatNetwork(network, store) })
    })
    .delete('/:id{[0-9]+}', (context) => {
      const network = requireNetwork(cloud, context.get('project'), context.req.param('id'))
      // What is attached is detached.
      for (const server of store.state.servers) {
        server.networks = server.networks.filter((one) => one.network !== network.id)
      }
      removeItem(store.state.networks, network)
      store.touch()
      return context.body(null, 204)
    })
    .post('/:id{[0-9]+}/actions/add_subnet', async (context) => {
      const network = requireNetwork(cloud, context.get('project'), context.req.param('id'))
      const subnet = placeSubnet(network, await readBody(context, SubnetInput))
      const { action } = act(network, 'add_subnet', () => network.subnets.push(subnet))
      return context.json({ action: formatAction(action, options.clock.now()) }, 201)
    })
    .post('/:id{[0-9]+}/actions/add_route', async (context) => {
      const network = requireNetwork(cloud, context.get('project'), context.req.param('id'))
      const route = await readBody(context, RouteInput)
      const { action } = act(network, 'add_route', () => network.routes.push(route))
      return context.json({ action: formatAction(action, options.clock.now()) }, 201)
    })
}
