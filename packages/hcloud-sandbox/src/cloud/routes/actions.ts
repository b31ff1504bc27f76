/** Looking at actions: all of them, and those of one kind of resource or of one resource. */

import { type Context, Hono } from 'hono'
import type { ActionResource, StoredAction } from '../entities.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { ApiFault, notFound } from '../errors.ts'
import { formatAction } from '../formatters/action.ts'
import { pageResponse, type SortFields, selectByParameter, sortItems } from '../list.ts'

const SORT: SortFields<StoredAction> = {
  id: (action) => action.id,
  command: (action) => action.command,
  status: (action) => action.status,
  started: (action) => action.started,
  finished: (action) => action.finished,
}

/** `/actions`: by their IDs, many at once or one. */
export function actionRoutes(cloud: CloudContext): Hono<CloudEnv> {
  return new Hono<CloudEnv>()
    .get('/', (context) => {
      if (context.req.queries('id') === undefined) {
        throw new ApiFault(
          410,
          'deprecated_api_endpoint',
          'listing all actions was removed: name them with the id parameter',
          {
            announcement: 'https://docs.hetzner.cloud/changelog#2023-07-20-actions-list-endpoint-is-deprecated',
          },
        )
      }
      return listActions(context, cloud, () => true)
    })
    .get('/:id{[0-9]+}', (context) => oneAction(context, cloud, context.req.param('id'), () => true))
}

/**
 * `/servers/actions`, `/servers/{id}/actions` and the same for images.
 * @param requireResource throws a 404 when the project has no such resource
 */
export function resourceActionRoutes(
  cloud: CloudContext,
  type: ActionResource['type'],
  requireResource: (project: string, id: string) => unknown,
): Hono<CloudEnv> {
  const ofType = (action: StoredAction) => action.resources.some((resource) => resource.type === type)
  const ofResource = (id: string) => (action: StoredAction) =>
    action.resources.some((resource) => resource.type === type && String(resource.id) === id)
  return new Hono<CloudEnv>()
    .get('/actions', (context) => listActions(context, cloud, ofType))
    .get('/actions/:id{[0-9]+}', (context) => oneAction(context, cloud, context.req.param('id'), ofType))
    .get('/:id{[0-9]+}/actions', (context) => {
      const id = context.req.param('id')
      requireResource(context.get('project'), id)
      return listActions(context, cloud, ofResource(id))
    })
    .get('/:id{[0-9]+}/actions/:action_id{[0-9]+}', (context) => {
      const { id, action_id } = context.req.param()
      requireResource(context.get('project'), id)
      return oneAction(context, cloud, action_id, ofResource(id))
    })
}

type ActionFilter = (action: StoredAction) => boolean

function visibleActions(context: Context<CloudEnv>, { store }: CloudContext, filter: ActionFilter): StoredAction[] {
  const project = context.get('project')
  return store.state.actions.filter((action) => action.project === project && filter(action))
}

function listActions(context: Context<CloudEnv>, cloud: CloudContext, filter: ActionFilter): Response {
  const now = cloud.options.clock.now()
  const named = selectByParameter(context, 'id', visibleActions(context, cloud, filter), ({ id }) => String(id))
  const selected = selectByParameter(context, 'status', named, ({ status }) => status)
  return pageResponse(context, 'actions', sortItems(context, selected, SORT), (action) => formatAction(action, now))
}

function oneAction(context: Context<CloudEnv>, cloud: CloudContext, id: string, filter: ActionFilter): Response {
  const action = visibleActions(context, cloud, filter).find((candidate) => String(candidate.id) === id)
  if (action === undefined) throw notFound('action', id)
  return context.json({ action: formatAction(action, cloud.options.clock.now()) })
}
