/** Reads lists page by page. */

import * as v from 'valibot'
import { TalosImageError } from '../errors.ts'
import { readEntry, type Unknown } from './entries.ts'
import type { ApiRequest, Call } from './transport/transport.ts'
import { Meta } from './wire.ts'

/** The most entries that the API puts on a page. */
const PER_PAGE = 50

/** More than a project can hold. Ends the loop when there is no last page. */
const MOST_PAGES = 400

/**
 * All entries of a list, page after page.
 * @param key the property of the answer that holds the list, such as `servers`
 * @param unknown what odd properties of an entry are replaced by; an entry that cannot be read even so is left out, and told
 */
export async function listAll<Schema extends v.GenericSchema>(
  call: Call,
  request: Omit<ApiRequest, 'method'>,
  key: string,
  entry: Schema,
  unknown?: Unknown<Schema>,
): Promise<v.InferOutput<Schema>[]> {
  const page = v.pipe(
    v.looseObject(Meta.entries),
    v.transform((body) => ({ next: body.meta?.pagination?.next_page ?? null, entries: body[key] })),
    v.object({ next: v.nullable(v.number()), entries: v.array(v.unknown()) }),
  )
  const all: v.InferOutput<Schema>[] = []
  for (let next: number | null = 1, pages = 1; next !== null; pages++) {
    if (pages > MOST_PAGES) throw endless(request.path)
    const query: ApiRequest['query'] = { ...request.query, page: next, per_page: PER_PAGE }
    const answer: v.InferOutput<typeof page> = await call({ ...request, method: 'GET', query }, page)
    for (const value of answer.entries) {
      const reading = readEntry(entry, value, unknown)
      if ('entry' in reading) all.push(reading.entry)
      else call.onUnreadable?.(`an entry of ${request.path}${idOf(value)} is left out: ${reading.problem}`)
    }
    // Ends the loop when the same page is named again.
    next = answer.next !== null && answer.next > next ? answer.next : null
  }
  return all
}

/** What tells people which entry it is. */
function idOf(value: unknown): string {
  const parsed = v.safeParse(v.object({ id: v.union([v.number(), v.string()]) }), value)
  return parsed.success ? ` (ID ${parsed.output.id})` : ''
}

const endless = (path: string): TalosImageError =>
  new TalosImageError({
    code: 'api',
    message: `Hetzner Cloud's list ${path} has no end: more than ${MOST_PAGES} pages`,
  })
