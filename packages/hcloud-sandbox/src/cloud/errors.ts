/** The API's errors, as documented: a status, a code, a message and details whose shape depends on the code. */

import type { ResourceRef } from './table.ts'

/** Thrown anywhere in a route; becomes the answer. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault'
  readonly status: number
  readonly code: string
  readonly details: object | null

  constructor(status: number, code: string, message: string, details: object | null = null) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }

  toResponse(): Response {
    return Response.json(
      { error: { code: this.code, message: this.message, details: this.details } },
      { status: this.status },
    )
  }
}

/** One field of the input that is wrong, and why. */
export interface FieldProblem {
  readonly name: string
  readonly messages: readonly string[]
}

/** 422 `invalid_input`, naming the fields. */
export function invalidFields(fields: readonly FieldProblem[]): ApiFault {
  const names = fields.map((field) => `'${field.name}'`).join(', ')
  const reasons = fields.flatMap((field) => field.messages).join(', ')
  const message = `invalid input in field${fields.length === 1 ? '' : 's'} ${names}: ${reasons}`
  return new ApiFault(422, 'invalid_input', message, { fields })
}

/** 422 `invalid_input` for one field. */
export function invalidField(name: string, message: string): ApiFault {
  return invalidFields([{ name, messages: [message] }])
}

/** 422 `invalid_input` for a combination that no single field is to blame for. */
export function invalidInput(message: string): ApiFault {
  return new ApiFault(422, 'invalid_input', message, {})
}

/** 404, as `server with ID '42' not found`. */
export function notFound(kind: string, id: string | number): ApiFault {
  return new ApiFault(404, 'not_found', `${kind} with ID '${id}' not found`)
}

/** 409, naming the field that must be unique. */
export function notUnique(field: string, message: string): ApiFault {
  return new ApiFault(409, 'uniqueness_error', message, { fields: [{ name: field }] })
}

/** An action runs on it: 423, and 409 of a network, whose operations are documented so. */
export function locked({ type }: ResourceRef): ApiFault {
  if (type === 'network') return new ApiFault(409, 'conflict', 'the network is being changed, please retry')
  return new ApiFault(423, 'locked', `${type.replaceAll('_', ' ')} is locked`)
}

/** 423: its protection forbids that. */
export function isProtected(kind: string): ApiFault {
  return new ApiFault(423, 'protected', `${kind} deletion is protected`)
}

/** 403: the project has as many as it may have. */
export function limitExceeded(kind: string): ApiFault {
  return new ApiFault(403, 'resource_limit_exceeded', `${kind} limit reached`, {
    limits: [{ name: `${kind.replaceAll(' ', '_')}_limit` }],
  })
}
