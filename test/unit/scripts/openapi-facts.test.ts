import { describe, expect, test } from 'vitest'
import { extractFacts } from '../../../scripts/openapi-facts.ts'

const server = {
  type: 'object',
  title: 'A server',
  description: 'Everything about one server.',
  example: { id: 42 },
  required: ['id', 'status'],
  properties: {
    id: { type: 'integer', format: 'int64', minimum: 1, description: 'Of the server.', example: 42 },
    status: { type: 'string', enum: ['running', 'off'], 'x-enumDescriptions': { off: 'It is off.' } },
    title: { type: 'string', nullable: true, pattern: '^[a-z]+$', default: 'a' },
    type: { type: 'string', enum: ['a', 'b'], nullable: true },
    labels: { type: 'object', additionalProperties: { type: 'string' }, deprecated: true },
    owner: { nullable: true, oneOf: [{ type: 'integer', summary: 'Number' }, { type: 'string' }] },
    tags: { type: 'array', maxItems: 3, items: { type: 'string', description: 'One tag.' } },
  },
}

const answer = (schema: unknown) => ({ description: 'In words.', content: { 'application/json': { schema } } })

const DOCUMENT = {
  openapi: '3.0.3',
  info: {
    title: 'An API',
    description: 'Words.\n\n| Status | Code | What |\n|---|---|---|\n| `404` | `not_found` | Not there. |\n',
  },
  paths: {
    '/servers': {
      get: {
        summary: 'List',
        description: 'All of them.',
        responses: { '200': answer({ type: 'object', properties: { servers: { type: 'array', items: server } } }) },
      },
    },
    '/servers/{id}': {
      get: { responses: { '200': answer({ type: 'object', required: ['server'], properties: { server } }) } },
      delete: {
        description: '| `423` | `protected` | It may not go. |',
        responses: { '204': { description: 'Gone.' }, '4xx': answer({ type: 'object' }) },
      },
    },
  },
}

describe('the facts of an OpenAPI document', () => {
  const text = extractFacts(DOCUMENT)

  test('are names, types and numbers: what is written for people is left out', () => {
    expect(JSON.parse(text)).toEqual({
      errors: { not_found: 404 },
      definitions: {
        servers: {
          type: 'object',
          required: ['id', 'status'],
          properties: {
            id: { type: 'integer', format: 'int64', minimum: 1 },
            status: { type: 'string', enum: ['running', 'off'] },
            title: { type: ['string', 'null'], pattern: '^[a-z]+$' },
            type: { type: ['string', 'null'], enum: ['a', 'b', null] },
            labels: { type: 'object', additionalProperties: { type: 'string' } },
            owner: { anyOf: [{ oneOf: [{ type: 'integer' }, { type: 'string' }] }, { type: 'null' }] },
            tags: { type: 'array', maxItems: 3, items: { type: 'string' } },
          },
        },
      },
      operations: {
        'GET /servers': {
          responses: {
            '200': {
              type: 'object',
              properties: { servers: { type: 'array', items: { $ref: '#/definitions/servers' } } },
            },
          },
        },
        'GET /servers/{id}': {
          responses: {
            '200': {
              type: 'object',
              required: ['server'],
              properties: { server: { $ref: '#/definitions/servers' } },
            },
          },
        },
        'DELETE /servers/{id}': {
          errors: { protected: 423 },
          responses: { '204': null, '4xx': { type: 'object' } },
        },
      },
    })
  })

  test('have a line for each operation and each shared schema, so that a change is easy to see', () => {
    const starts = text.split('\n').map((line) => line.slice(0, line.indexOf(':')))
    expect(starts.filter((start) => start.includes('/'))).toEqual([
      '"GET /servers"',
      '"GET /servers/{id}"',
      '"DELETE /servers/{id}"',
    ])
    expect(starts).toContain('"servers"')
  })

  test('cannot be read out of another document', () => {
    expect(() => extractFacts({ openapi: '3.0.3' })).toThrow('info')
    expect(() => extractFacts({ ...DOCUMENT, paths: { '/a': { get: { responses: { '200': answer(7) } } } } })).toThrow()
  })
})
