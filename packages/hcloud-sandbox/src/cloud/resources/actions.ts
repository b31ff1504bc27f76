/** `/actions`: looking at actions by their IDs, many at once or one. */

import { Hono } from 'hono'
import { actions } from '../action-engine.ts'
import type { CloudEnv } from '../context.ts'
import { ApiFault } from '../errors.ts'
import { answerAction, listActions, type Resource } from '../resource.ts'

export const actionResource: Resource = {
  path: 'actions',
  tables: [actions],
  latencies: {},
  coverage: { 'GET /actions': 'full', 'GET /actions/{id}': 'full' },
  routes: (cloud) =>
    new Hono<CloudEnv>()
      .get('/', (context) => {
        if (context.req.queries('id') === undefined) {
          const message = 'listing all actions was removed: name them with the id parameter'
          const announcement = 'https://docs.hetzner.cloud/changelog#2023-07-20-actions-list-endpoint-is-deprecated'
          throw new ApiFault(410, 'deprecated_api_endpoint', message, { announcement })
        }
        return listActions(context, cloud, () => true)
      })
      .get('/:id{[0-9]+}', (context) => answerAction(context, cloud, context.req.param('id'), () => true)),
}
