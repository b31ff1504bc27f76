/**
 * Entries of the API's lists. One that is odd (an architecture, status or kind that did not exist yet, a null where there was
 * always a value) must not make the rest of the list unreadable: it counts as unknown where that is possible, and is left out
 * otherwise. Answers about a single thing are parsed strictly.
 */

import * as v from 'valibot'

/** What is taken in place of properties of an entry that are not of the documented form. */
export type Unknown<Schema extends v.GenericSchema> = Partial<v.InferInput<Schema>>

/** The entry, or why it cannot be read. */
type Reading<Schema extends v.GenericSchema> = { readonly entry: v.InferOutput<Schema> } | { readonly problem: string }

/** Reads one entry of a list; its odd properties are replaced where `unknown` has something for them. */
export function readEntry<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  unknown: Unknown<Schema> = {},
): Reading<Schema> {
  const strict = v.safeParse(schema, value)
  if (strict.success) return { entry: strict.output }
  const odd = new Set(strict.issues.map(({ path }) => path?.[0]?.key))
  const mended = Object.entries(unknown).filter(([name]) => odd.has(name))
  const isObject = typeof value === 'object' && value !== null
  const parsed = isObject ? v.safeParse(schema, { ...value, ...Object.fromEntries(mended) }) : strict
  if (parsed.success) return { entry: parsed.output }
  const [issue] = parsed.issues
  const path = v.getDotPath(issue)
  return { problem: path === null ? issue.message : `${path}: ${issue.message}` }
}

/** A list inside an answer, without the entries that cannot be read. */
export function entriesOf<Schema extends v.GenericSchema>(schema: Schema, unknown?: Unknown<Schema>) {
  return v.pipe(
    v.array(v.unknown()),
    v.transform((all) =>
      all.flatMap((value): v.InferOutput<Schema>[] => {
        const reading = readEntry(schema, value, unknown)
        return 'entry' in reading ? [reading.entry] : []
      }),
    ),
  )
}

/** Like {@link entriesOf}; what is not a list is an empty one. */
export function partsOf<Schema extends v.GenericSchema>(schema: Schema, unknown?: Unknown<Schema>) {
  return v.fallback(entriesOf(schema, unknown), [])
}
