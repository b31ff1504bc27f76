/** Judges API answers by the provider's published OpenAPI document, when it lies next to the project. */

import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import * as v from 'valibot'

/** Where the document is looked for: beside the repository, which does not carry it. */
const OPENAPI_DOCUMENT = new URL('../../../shared/contracts/hetzner-cloud.openapi.json', import.meta.url)

/** Why tests that cannot run without it are skipped. */
export const NO_DOCUMENT = 'there is no ../shared/contracts/hetzner-cloud.openapi.json beside the repository'

const Operation = v.object({
  description: v.optional(v.string(), ''),
  responses: v.record(
    v.string(),
    v.object({
      content: v.optional(v.object({ 'application/json': v.object({ schema: v.record(v.string(), v.unknown()) }) })),
    }),
  ),
})
type Operation = v.InferOutput<typeof Operation>

const Document = v.object({
  info: v.object({ description: v.string() }),
  paths: v.record(v.string(), v.record(v.string(), Operation)),
})

const ErrorBody = v.object({ error: v.object({ code: v.string() }) })

export interface OpenApiJudge {
  /**
   * What is wrong with an answer; empty when it is as documented.
   * @param path without query, with or without the `/v1` in front
   * @param body the parsed JSON body; undefined when there was none
   */
  check(method: string, path: string, status: number, body: unknown): string[]
  /** All operations of the document, as `GET /servers/{id}`. */
  readonly operations: readonly string[]
}

/** The judge, or undefined when there is no document. */
export function createOpenApiJudge(): OpenApiJudge | undefined {
  if (!existsSync(OPENAPI_DOCUMENT)) return undefined
  const document = v.parse(Document, JSON.parse(readFileSync(OPENAPI_DOCUMENT, 'utf8')))
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    // Every test file compiles what it needs, and uses most of it a few times only: that must be quick.
    validateSchema: false,
    meta: false,
    code: { optimize: false },
    formats: {
      'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
      decimal: /^\d+(\.\d+)?$/,
      double: true,
      int32: true,
      int64: true,
    },
  })
  const compiled = new Map<object, ValidateFunction>()
  const errorCodes = new Map<Operation, ReadonlyMap<string, number>>()

  function validate(schema: Record<string, unknown>, body: unknown): string[] {
    const validator = compiled.get(schema) ?? ajv.compile(toJsonSchema(schema))
    compiled.set(schema, validator)
    if (validator(body)) return []
    return (validator.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
  }

  return {
    operations: Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    ),
    check(method, path, status, body) {
      const title = `${method} ${path} ${status}`
      // An unknown path must still be refused in the documented shape, which is the same everywhere.
      const operation = findOperation(document.paths, method, path) ?? findErrorsOnly(document.paths, status)
      if (operation === undefined) return [`${title}: the document has no such operation`]
      const response = operation.responses[status < 400 ? String(status) : `${Math.floor(status / 100)}xx`]
      if (response === undefined) return [`${title}: the document has no such status`]
      const schema = response.content?.['application/json'].schema
      if (schema === undefined) return body === undefined ? [] : [`${title}: the answer must have no body`]
      const problems = validate(schema, body)
      const codes =
        errorCodes.get(operation) ?? documentedErrors(`${document.info.description}\n${operation.description}`)
      errorCodes.set(operation, codes)
      return [...problems, ...checkErrorCode(status, body, codes)].map((problem) => `${title}: ${problem}`)
    },
  }
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

function findOperation(paths: Paths, method: string, path: string): Operation | undefined {
  const wanted = path.replace(/^\/v1(?=\/)/, '').split('/')
  const matching = Object.keys(paths).filter((template) => {
    const parts = template.split('/')
    return parts.length === wanted.length && parts.every((part, i) => part === wanted[i] || part.startsWith('{'))
  })
  // `/servers/actions` is meant rather than `/servers/{id}`.
  const [best] = matching.sort((a, b) => a.split('{').length - b.split('{').length)
  return best === undefined ? undefined : paths[best]?.[method.toLowerCase()]
}

function findErrorsOnly(paths: Paths, status: number): Operation | undefined {
  return status >= 400 ? paths['/servers']?.get : undefined
}

/** Error codes and their statuses, out of the tables in the document's texts. */
function documentedErrors(text: string): Map<string, number> {
  const rows = text.matchAll(/^\| `(\d{3})` \| `(\w+)` \|/gm)
  return new Map([...rows].map(([, status, code]) => [code ?? '', Number(status)]))
}

function checkErrorCode(status: number, body: unknown, codes: ReadonlyMap<string, number>): string[] {
  const parsed = v.safeParse(ErrorBody, body)
  if (status < 400 || !parsed.success) return []
  const { code } = parsed.output.error
  const documented = codes.get(code)
  if (documented === undefined) return [`the error code ${code} is not documented`]
  return documented === status ? [] : [`the error code ${code} belongs to status ${documented}`]
}

/**
 * Turns a schema of OpenAPI 3.0 into one of JSON Schema: there `nullable` is a keyword of its own, here null is a type.
 * An enumeration that may be null must then list it.
 */
function toJsonSchema(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { nullable, ...rest } = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, convert(value)]))
  if (nullable !== true) return rest
  if (rest.type === undefined) return { anyOf: [rest, { type: 'null' }] }
  const values = rest.enum
  return { ...rest, type: [rest.type, 'null'], ...(Array.isArray(values) ? { enum: [...values, null] } : {}) }
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert)
  if (typeof value !== 'object' || value === null) return value
  return toJsonSchema(Object.fromEntries(Object.entries(value)))
}
