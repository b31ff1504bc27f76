/** Lists as clients meet them when the API has learnt something new, or has lost something. */

/** Properties whose values are words of a closed list, to which the API may add one at any time. */
const WORDS = ['architecture', 'status', 'type', 'network_zone', 'command']
const UNKNOWN_WORD = 'unheard-of'
/** So far are the IDs of odd entries from those that exist. */
const ID_DISTANCE = 1_000_000_000

/**
 * Adds to every list in an answer, and to the lists inside its entries: for each word that the first entry has, one in which
 * that word is unheard-of; one with nothing but an ID; and null.
 */
export async function addOddEntries(response: Response): Promise<Response> {
  if (!response.ok || response.body === null) return response
  const body: unknown = await response.json()
  const headers = new Headers(response.headers)
  headers.delete('Content-Length')
  return new Response(JSON.stringify(withOddEntries(body)), { status: response.status, headers })
}

function withOddEntries(value: unknown): unknown {
  if (Array.isArray(value)) return [...value, ...oddEntriesLike(value[0])].map(withOddEntries)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withOddEntries(part)]))
}

function oddEntriesLike(first: unknown): unknown[] {
  if (!isObject(first)) return [null]
  const id = typeof first.id === 'number' ? first.id : 1
  const words = WORDS.filter((word) => word in first)
  const copies = words.map((word, index) => ({ ...first, id: id + ID_DISTANCE + index, [word]: UNKNOWN_WORD }))
  const empty = Object.fromEntries(Object.keys(first).map((name) => [name, null]))
  return [...copies, { ...empty, id: id + ID_DISTANCE + words.length }, null]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
