/**
 * What Hetzner's OpenAPI document says that a program can check: operations, statuses, error codes, and the shape of each
 * answer as JSON Schema. Nothing that is written for people is taken over.
 */

import * as v from 'valibot'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
type Schema = { readonly [key: string]: Json }

const AnyObject = v.record(v.string(), v.unknown())
const AnySchema = v.looseObject({
  nullable: v.optional(v.boolean(), false),
  properties: v.optional(AnyObject),
  items: v.optional(v.unknown()),
  additionalProperties: v.optional(v.unknown()),
  oneOf: v.optional(v.array(v.unknown())),
  anyOf: v.optional(v.array(v.unknown())),
  allOf: v.optional(v.array(v.unknown())),
  enum: v.optional(v.array(v.union([v.string(), v.number(), v.boolean(), v.null()]))),
})

const Operation = v.object({
  description: v.optional(v.string(), ''),
  responses: v.record(
    v.string(),
    v.object({ content: v.optional(v.object({ 'application/json': v.object({ schema: v.unknown() }) })) }),
  ),
})

const Document = v.object({
  info: v.object({ description: v.string() }),
  paths: v.record(v.string(), v.record(v.string(), Operation)),
})

/** Keywords with a value that is a fact as it stands. */
const PLAIN = ['type', 'format', 'pattern', 'required', 'minimum', 'maximum', 'minLength', 'maxLength', 'maxItems']
const Plain = v.union([v.string(), v.number(), v.array(v.string())])

/** A schema that occurs more than once is written once, when it is at least this long. */
const WORTH_SHARING = 80

/**
 * The facts, as the text of a JSON file with a line for each operation and each shared schema.
 * @param document the parsed OpenAPI 3.0 document, without references
 * @throws ValiError when it has another structure
 */
export function extractFacts(document: unknown): string {
  const { info, paths } = v.parse(Document, document)
  const general = errorCodes(info.description)
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { description, responses }]) => {
      const schemas = Object.entries(responses).map(
        ([status, { content }]) => [status, content && toJsonSchema(content['application/json'].schema)] as const,
      )
      return { name: `${method.toUpperCase()} ${path}`, errors: errorCodes(description), schemas }
    }),
  )
  const shared = shareSchemas(operations.flatMap(({ schemas }) => schemas.map(([, schema]) => schema ?? {})))
  const facts = operations.map(({ name, errors, schemas }) => {
    const responses = Object.fromEntries(
      schemas.map(([status, schema]) => [status, schema ? shared.use(schema) : null]),
    )
    return [name, Object.keys(errors).length > 0 ? { errors, responses } : { responses }] as const
  })
  const sections = [
    `"errors": ${JSON.stringify(general)}`,
    `"definitions": ${lines(shared.definitions())}`,
    `"operations": ${lines(facts)}`,
  ]
  return `{\n${sections.join(',\n')}\n}\n`
}

function lines(entries: readonly (readonly [string, Json])[]): string {
  return `{\n${entries.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n')}\n}`
}

/** Error codes and their statuses, out of the tables in the document's texts. */
function errorCodes(text: string): Record<string, number> {
  const rows = text.matchAll(/^\| `(\d{3})` \| `(\w+)` \|/gm)
  return Object.fromEntries([...rows].map(([, status, code]) => [code ?? '', Number(status)]))
}

/**
 * A schema of OpenAPI 3.0 as one of JSON Schema, without its texts. In OpenAPI `nullable` is a keyword, in JSON Schema
 * null is a type, which an enumeration must list.
 */
function toJsonSchema(value: unknown): Schema {
  const { nullable, ...schema } = v.parse(AnySchema, value)
  const result: Record<string, Json> = {}
  for (const key of PLAIN) {
    if (schema[key] !== undefined) result[key] = v.parse(Plain, schema[key])
  }
  if (schema.enum !== undefined) result.enum = schema.enum
  if (schema.properties !== undefined) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, toJsonSchema(property)]),
    )
  }
  if (schema.items !== undefined) result.items = toJsonSchema(schema.items)
  if (schema.additionalProperties !== undefined) {
    const { additionalProperties: more } = schema
    result.additionalProperties = typeof more === 'boolean' ? more : toJsonSchema(more)
  }
  for (const key of ['oneOf', 'anyOf', 'allOf'] as const) {
    const alternatives = schema[key]
    if (alternatives !== undefined) result[key] = alternatives.map(toJsonSchema)
  }
  if (!nullable) return result
  if (result.type === undefined) return { anyOf: [result, { type: 'null' }] }
  const values = schema.enum === undefined ? {} : { enum: [...schema.enum, null] }
  return { ...result, type: [result.type, 'null'], ...values }
}

interface SharedSchemas {
  /** The schema, with references in place of what is shared. */
  use(schema: Schema): Json
  /** What was referred to so far, by name and in the order of the names. */
  definitions(): [string, Json][]
}

/** Finds what occurs more than once in these schemas, and names it after the property where it stands first. */
function shareSchemas(schemas: readonly Schema[]): SharedSchemas {
  const found = new Map<string, { readonly hint: string; times: number }>()
  const names = new Map<string, string>()
  const definitions = new Map<string, Json>()

  const count = (value: Json, hint: string): void => {
    if (!isObject(value)) {
      if (Array.isArray(value)) for (const one of value) count(one, hint)
      return
    }
    const text = JSON.stringify(value)
    const known = found.get(text)
    if (known !== undefined) {
      known.times += 1
      return
    }
    if (isSchema(value) && text.length >= WORTH_SHARING) found.set(text, { hint, times: 1 })
    for (const [key, inner] of Object.entries(value)) count(inner, KEYWORDS.has(key) ? hint : key)
  }
  for (const schema of schemas) count(schema, 'answer')

  const shorten = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(shorten)
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, use(inner)]))
  }
  const use = (value: Json): Json => {
    const text = JSON.stringify(value)
    const known = found.get(text)
    if (known === undefined || known.times === 1) return shorten(value)
    let name = names.get(text)
    if (name === undefined) {
      name = known.hint
      for (let number = 2; definitions.has(name); number += 1) name = `${known.hint}_${number}`
      names.set(text, name)
      definitions.set(name, null)
      definitions.set(name, shorten(value))
    }
    return { $ref: `#/definitions/${name}` }
  }
  return { use, definitions: () => [...definitions].toSorted(([a], [b]) => (a < b ? -1 : 1)) }
}

const KEYWORDS = new Set(['properties', 'items', 'additionalProperties', 'oneOf', 'anyOf', 'allOf'])

function isObject(value: Json): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Properties stand in an object, too, which is no schema. A property that is called `type` has an object there. */
function isSchema(value: Schema): boolean {
  return typeof value.type === 'string' || [value.type, value.oneOf, value.anyOf, value.allOf].some(Array.isArray)
}
