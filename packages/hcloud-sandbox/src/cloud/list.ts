/** What all lists have in common: filters, sorting, pages. */

import type { Context } from 'hono'
import type { Labels } from '../domain.ts'
import { invalidField } from './errors.ts'
import { parseLabelSelector } from './label-selector.ts'

const DEFAULT_PER_PAGE = 25
/** Asking for more gives this many. */
const MOST_PER_PAGE = 50

/** What a list can be sorted by. */
export type SortFields<T> = Readonly<Record<string, (item: T) => string | number | null>>

/** The items that the `label_selector` parameter selects; all of them without one. */
export function selectByLabels<T>(context: Context, items: readonly T[], read: (item: T) => Labels): T[] {
  const selector = parseLabelSelector(context.req.query('label_selector') ?? '')
  if (selector === undefined) throw invalidField('label_selector', 'invalid label selector')
  return items.filter((item) => selector(read(item)))
}

/**
 * The items for which `read` gives one of the values of a parameter that may be there many times;
 * all of them without the parameter.
 */
export function selectByParameter<T>(
  context: Context,
  name: string,
  items: readonly T[],
  read: (item: T) => string | null,
): T[] {
  const values = context.req.queries(name)
  if (values === undefined) return [...items]
  return items.filter((item) => {
    const value = read(item)
    return value !== null && values.includes(value)
  })
}

/** Assumed of the real API, whose clients write booleans in the ways of their languages: `true`, `True`, `1`. */
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false }

/** A parameter that says yes or no; no when it is not there. */
export function booleanParameter(context: Context, name: string): boolean {
  const text = context.req.query(name)?.toLowerCase() ?? 'false'
  const value = Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : undefined
  if (value === undefined) throw invalidField(name, 'Not a valid boolean.')
  return value
}

/** Sorted by the `sort` parameters (`name`, `name:asc`, `name:desc`, several of them), else by ID. */
export function sortItems<T extends { readonly id: number }>(
  context: Context,
  items: readonly T[],
  fields: SortFields<T>,
): T[] {
  const criteria = (context.req.queries('sort') ?? ['id']).map((text) => {
    const [field = '', direction = 'asc', ...rest] = text.split(':')
    const read = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (read === undefined || rest.length > 0 || !['asc', 'desc'].includes(direction)) {
      throw invalidField('sort', `cannot sort by '${text}'`)
    }
    return { read, factor: direction === 'asc' ? 1 : -1 }
  })
  return items.toSorted((a, b) => {
    for (const { read, factor } of criteria) {
      const order = compare(read(a), read(b))
      if (order !== 0) return order * factor
    }
    return a.id - b.id
  })
}

/** One page of the items under `key`, with `meta.pagination` and a `Link` header. */
export function pageResponse<T>(
  context: Context,
  key: string,
  items: readonly T[],
  format: (item: T) => object,
): Response {
  const page = positiveParameter(context, 'page', 1)
  const perPage = Math.min(MOST_PER_PAGE, positiveParameter(context, 'per_page', DEFAULT_PER_PAGE))
  const last = Math.max(1, Math.ceil(items.length / perPage))
  const previousPage = page > 1 ? page - 1 : null
  const nextPage = page < last ? page + 1 : null
  const link = linkHeader(context, { prev: previousPage, next: nextPage, last: page === last ? null : last })
  if (link !== '') context.header('Link', link)
  return context.json({
    [key]: items.slice((page - 1) * perPage, page * perPage).map(format),
    meta: {
      pagination: {
        page,
        per_page: perPage,
        previous_page: previousPage,
        next_page: nextPage,
        last_page: last,
        total_entries: items.length,
      },
    },
  })
}

function positiveParameter(context: Context, name: string, fallback: number): number {
  const text = context.req.query(name)
  if (text === undefined) return fallback
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw invalidField(name, 'must be a number of at least 1')
  return Number(text)
}

function linkHeader(context: Context, pages: Readonly<Record<string, number | null>>): string {
  return Object.entries(pages)
    .filter(([, page]) => page !== null)
    .map(([relation, page]) => {
      const url = new URL(context.req.url)
      url.searchParams.set('page', String(page))
      return `<${url.href}>; rel="${relation}"`
    })
    .join(', ')
}

function compare(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? 1 : -1
  return a < b ? -1 : 1
}
