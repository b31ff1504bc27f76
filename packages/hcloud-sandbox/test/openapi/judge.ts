/** Judges API answers by what the provider's published OpenAPI document says: `facts.json`, made by `npm run openapi`. */

import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import * as v from 'valibot'

const ErrorCodes = v.record(v.string(), v.number())
const Operation = v.object({
  errors: v.optional(ErrorCodes, {}),
  /** By status, of which errors have `4xx` and `5xx`; null where the answer has no body. */
  responses: v.record(v.string(), v.nullable(v.record(v.string(), v.unknown()))),
})
const Facts = v.looseObject({ errors: ErrorCodes, operations: v.record(v.string(), Operation) })
const ErrorBody = v.object({ error: v.object({ code: v.string() }) })

/** Kinds of resources that the sandbox has, and the document, cut to what matters, has not. Official clients judge them. */
const LEFT_OUT =
  /^(\w+ )?\/(certificates|floating_ips|load_balancers|load_balancer_types|storage_boxes|storage_box_types|zones)(\/|$)/

/** Where errors of paths that the document does not have are looked up: their shape is the same everywhere. */
const ANY_OPERATION = 'GET /servers'

export interface OpenApiJudge {
  /**
   * What is wrong with an answer; empty when it is as documented.
   * @param path without query, with or without the `/v1` in front
   * @param body the parsed JSON body; undefined when there was none
   */
  check(method: string, path: string, status: number, body: unknown): string[]
  /** All operations of the document, as `GET /servers/{id}`. */
  readonly operations: readonly string[]
  /** Whether an operation is of a kind that the document leaves out. */
  isLeftOut(operation: string): boolean
}

export function createOpenApiJudge(): OpenApiJudge {
  const facts = v.parse(Facts, JSON.parse(readFileSync(new URL('facts.json', import.meta.url), 'utf8')))
  const names = Object.keys(facts.operations)
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
  }).addSchema(facts, 'facts')

  function validate(operation: string, status: string, body: unknown): string[] {
    const pointer = ['operations', operation, 'responses', status]
      .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
      .map(encodeURIComponent)
    const validator = ajv.getSchema(`facts#/${pointer.join('/')}`)
    if (validator === undefined) throw new Error(`there is no schema for ${operation} ${status}`)
    if (validator(body) === true) return []
    return (validator.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
  }

  return {
    operations: names,
    isLeftOut: (operation) => LEFT_OUT.test(operation),
    check(method, path, status, body) {
      const title = `${method} ${path} ${status}`
      const name = findOperation(names, method, path) ?? (status >= 400 ? ANY_OPERATION : undefined)
      const operation = name === undefined ? undefined : facts.operations[name]
      if (status < 400 && LEFT_OUT.test(path.replace(/^\/v1(?=\/)/, ''))) return []
      if (name === undefined || operation === undefined) return [`${title}: the document has no such operation`]
      const key = status < 400 ? String(status) : `${Math.floor(status / 100)}xx`
      const schema = operation.responses[key]
      if (schema === undefined) return [`${title}: the document has no such status`]
      if (schema === null) return body === undefined ? [] : [`${title}: the answer must have no body`]
      const codes = { ...facts.errors, ...operation.errors }
      return [...validate(name, key, body), ...checkErrorCode(status, body, codes)].map(
        (problem) => `${title}: ${problem}`,
      )
    },
  }
}

function findOperation(names: readonly string[], method: string, path: string): string | undefined {
  const wanted = [
    `${method} `,
    ...path
      .replace(/^\/v1(?=\/)/, '')
      .split('/')
      .slice(1),
  ]
  const matching = names.filter((name) => {
    const parts = name.split('/')
    return parts.length === wanted.length && parts.every((part, i) => part === wanted[i] || part.startsWith('{'))
  })
  // `/servers/actions` is meant rather than `/servers/{id}`.
  return matching.toSorted((a, b) => a.split('{').length - b.split('{').length)[0]
}

function checkErrorCode(status: number, body: unknown, codes: Readonly<Record<string, number>>): string[] {
  const parsed = v.safeParse(ErrorBody, body)
  if (status < 400 || !parsed.success) return []
  const { code } = parsed.output.error
  // The sandbox's own: the real cloud has every operation of the document.
  if (status === 501 && code === 'not_implemented') return []
  const documented = codes[code]
  if (documented === undefined) return [`the error code ${code} is not documented`]
  return documented === status ? [] : [`the error code ${code} belongs to status ${documented}`]
}
