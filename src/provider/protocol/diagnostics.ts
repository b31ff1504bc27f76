/** What is wrong, as Terraform shows it. */

import { formatOrigin, TalosImageError, toTalosImageError } from '../../errors.ts'
import { redact } from '../../util/redact.ts'
import { type Diagnostic, DiagnosticsError, type Path } from '../definition.ts'
import type { Attributes } from '../schema.ts'
import { Message, type Received } from './message.ts'
import { toObjectType, typeOfPart, type WireType } from './wire-type.ts'

const SEVERITY = { error: 1, warning: 2 } as const

/** Any error, as diagnostics. What no user can act on is told as the defect that it is. */
function toDiagnostics(thrown: unknown): readonly Diagnostic[] {
  if (thrown instanceof DiagnosticsError) return thrown.diagnostics
  const error = toTalosImageError(thrown)
  if (error instanceof TalosImageError) {
    return error.problems.map(({ message, at, hint }) => ({
      severity: 'error',
      summary: message,
      detail: [formatOrigin(at), hint ?? ''].filter((text) => text !== '').join('\n\n'),
    }))
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return [{ severity: 'error', summary: 'This is a defect of the provider; please report it', detail }]
}

/** Takes what there is to say. */
export type Say = (diagnostics: readonly Diagnostic[] | undefined) => void

/**
 * Does the work of a call: what it gives, and messages of what it said.
 * @param otherwise what it gives when it throws
 */
export async function attempt<T>(
  otherwise: T,
  work: (say: Say) => Promise<T>,
): Promise<readonly [T, readonly Message[]]> {
  const said: Diagnostic[] = []
  let result = otherwise
  try {
    result = await work((diagnostics = []) => said.push(...diagnostics))
  } catch (error) {
    said.push(...toDiagnostics(error))
  }
  return [result, said.map(toMessage)]
}

/** A call whose answer has its diagnostics in this field, also those of values that cannot be read at all. */
export function telling(
  field: number,
  call: (request: Received) => Promise<Message>,
): (request: Received) => Promise<Message> {
  return async (request) => {
    const [answer, said] = await attempt<Message | undefined>(undefined, () => call(request))
    return answer ?? new Message().message(field, ...said)
  }
}

function toMessage({ severity, summary, detail = '', path = [] }: Diagnostic): Message {
  const message = new Message().integer(1, SEVERITY[severity]).string(2, redact(summary)).string(3, redact(detail))
  return path.length === 0 ? message : message.message(4, toPlaceMessage(path))
}

/** As a path, but with a key for each attribute of an object: Terraform finds the line of those alone (1.11). */
function toPlaceMessage([name = '', ...inner]: Path): Message {
  const steps = inner.map((step) => new Message().choice(typeof step === 'number' ? 3 : 2, step))
  return new Message().message(1, new Message().choice(1, String(name)), ...steps)
}

export function toPathMessage(path: Path, attributes: Attributes): Message {
  let type: WireType = toObjectType(attributes)
  const steps = path.map((step) => {
    const isKey = type[0] === 'map'
    type = typeOfPart(type, step)
    return new Message().choice(typeof step === 'number' ? 3 : isKey ? 2 : 1, step)
  })
  return new Message().message(1, ...steps)
}
