/** Reads lists page by page. */

import * as v from 'valibot'
import { TalosImageError } from '../errors.ts'
import type { ApiRequest, Call } from './transport/transport.ts'
import { Meta } from './wire.ts'

/** The most entries that the API puts on a page. */
const PER_PAGE = 50

/** More than a project can hold. Ends the loop when there is no last page. */
const MOST_PAGES = 400

/**
 * All entries of a list, page after page.
 * @param key the property of the answer that holds the list, such as `servers`
 */
export async function listAll<Schema extends v.GenericSchema>(
  call: Call,
  request: Omit<ApiRequest, 'method'>,
  key: string,
  entry: Schema,
): Promise<v.InferOutput<Schema>[]> {
  const page = v.pipe(
    v.looseObject(Meta.entries),
    v.transform((body) => ({ next: body.meta?.pagination?.next_page ?? null, entries: body[key] })),
    v.object({ next: v.nullable(v.number()), entries: v.array(entry) }),
  )
  const all: v.InferOutput<Schema>[] = []
  for (let next: number | null = 1, pages = 1; next !== null; pages++) {
    if (pages > MOST_PAGES) throw endless(request.path)
    const query: ApiRequest['query'] = { ...request.query, page: next, per_page: PER_PAGE }
    const answer: v.InferOutput<typeof page> = await call({ ...request, method: 'GET', query }, page)
    all.push(...answer.entries)
    // Ends the loop when the same page is named again.
    next = answer.next !== null && answer.next > next ? answer.next : null
  }
  return all
}

const endless = (path: string): TalosImageError =>
  new TalosImageError({
    code: 'api',
    message: `Hetzner Cloud's list ${path} has no end: more than ${MOST_PAGES} pages`,
  })
