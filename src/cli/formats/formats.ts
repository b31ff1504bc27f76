/** The formats in which documents are printed. A format is a file beside this one, and a line here. */

import { redact } from '../../util/redact.ts'

/** How a document, plain JSON data, becomes text that ends with a line break. */
interface Format {
  format(document: unknown): string
}

const FORMATS = [
  // By the name that `--output` takes; each is loaded when it is asked for.
  ['json', () => import('./json.ts')],
  ['yaml', () => import('./yaml.ts')],
] as const satisfies readonly [string, () => Promise<Format>][]

/** What people read, and no format: each command has its own. */
export const TEXT = 'text'

/** A line for each event, of a command that prints while it runs. */
export const LINES = 'jsonl'

/** What `--output` takes. */
export const OUTPUTS = [TEXT, ...FORMATS.map(([name]) => name)] as const

/** The document in a format, without secrets; undefined when there is no format of that name. */
export async function formatDocument(name: unknown, document: unknown): Promise<string | undefined> {
  const [, load] = FORMATS.find(([known]) => known === name) ?? []
  return load === undefined ? undefined : redact((await load()).format(document))
}
