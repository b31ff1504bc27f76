/** Kinds of resources that the sandbox has none of: their lists are empty, single ones are not found. */

import { Hono } from 'hono'
import type { CloudEnv } from '../environment.ts'
import { notFound } from '../errors.ts'
import { pageResponse } from '../list.ts'

/** Path to what one of them is called. */
export const EMPTY_KINDS: Readonly<Record<string, string>> = {
  isos: 'ISO',
  volumes: 'volume',
  placement_groups: 'placement group',
}

export function emptyRoutes(key: string, kind: string): Hono<CloudEnv> {
  return new Hono<CloudEnv>()
    .get('/', (context) => pageResponse(context, key, [], () => ({})))
    .get('/:id{[0-9]+}', (context) => {
      throw notFound(kind, context.req.param('id'))
    })
}
