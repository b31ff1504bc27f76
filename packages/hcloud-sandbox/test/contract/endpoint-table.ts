/** The table of the API's operations in docs/sandbox.md: a row a resource. */

import type { Coverage } from 'hcloud-sandbox'

const BEGIN = '<!-- endpoints -->'
const END = '<!-- /endpoints -->'
const HEAD = ['| resource | full | in part | missing |', '|---|---|---|---|']

const resourceOf = (operation: string): string => operation.split('/')[1] ?? ''

/** What stands in the table: the rest of the path behind the resource, and of an action its name alone. */
function shorten(operation: string): string {
  const action = /^POST \/\w+\/\{id\}\/actions\/(\w+)$/.exec(operation)?.[1]
  return `\`${action ?? operation.replace(/\/\w+/, '').trim()}\``
}

/**
 * The table with its markers.
 * @param missing documented operations that the sandbox does not have
 */
export function renderTable(coverage: Readonly<Record<string, Coverage>>, missing: readonly string[]): string {
  const resources = [...new Set([...Object.keys(coverage), ...missing].map(resourceOf))].toSorted()
  const rows = resources.map((resource) => {
    const own = Object.entries(coverage).filter(([operation]) => resourceOf(operation) === resource)
    const full = own.filter(([, how]) => how === 'full').map(([operation]) => shorten(operation))
    const absent = missing.filter((operation) => resourceOf(operation) === resource).map(shorten)
    return `| ${[resource, full.join(' '), renderParts(own), absent.join(' ')].join(' | ')} |`
  })
  return [BEGIN, ...HEAD, ...rows, END].join('\n')
}

/** Operations that lack the same are told together. */
function renderParts(operations: readonly (readonly [string, Coverage])[]): string {
  const lacking = new Map<string, string[]>()
  for (const [operation, how] of operations) {
    if (how === 'full') continue
    lacking.set(how.partial, [...(lacking.get(how.partial) ?? []), shorten(operation)])
  }
  return [...lacking].map(([what, names]) => `${names.join(' ')}: ${what}`).join('<br>')
}

/** @throws Error when the text has no table */
export function findTable(text: string): string {
  const table = text.slice(text.indexOf(BEGIN), text.indexOf(END) + END.length)
  if (!table.startsWith(BEGIN)) throw new Error(`there is no ${BEGIN} ... ${END}`)
  return table
}
