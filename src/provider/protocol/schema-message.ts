/** Tables of attributes, as Terraform's schemas. */

import type { Attribute, Attributes, AttributeType } from '../schema.ts'
import { Message } from './message.ts'
import { toWireType } from './wire-type.ts'

const MARKDOWN = 1
/** How attributes with details of their own are nested. */
const NESTING = { object: 1, list: 2, set: 3, map: 4 } as const

interface Described {
  readonly attributes: Attributes
  readonly description: string
  readonly version?: number
}

export function toSchema({ attributes, description, version = 0 }: Described): Message {
  const block = new Message()
    .message(2, ...toMessages(attributes))
    .string(4, description)
    .integer(5, MARKDOWN)
  return new Message().integer(1, version).message(2, block)
}

const toMessages = (attributes: Attributes): readonly Message[] =>
  Object.entries(attributes).map(([name, attribute]) => toMessage(name, attribute))

function toMessage(name: string, { type, set, description, sensitive, deprecated }: Attribute): Message {
  const message = new Message().string(1, name)
  const nested = nestedIn(type)
  if (nested === undefined) message.bytes(2, new TextEncoder().encode(JSON.stringify(toWireType(type))))
  else message.message(10, new Message().message(1, ...toMessages(nested.attributes)).integer(3, NESTING[nested.kind]))
  return message
    .string(3, description)
    .flag(4, set === 'required')
    .flag(5, set.startsWith('optional'))
    .flag(6, set.endsWith('computed'))
    .flag(7, sensitive === true)
    .integer(8, MARKDOWN)
    .flag(9, deprecated !== undefined)
    .string(12, deprecated ?? '')
}

function nestedIn(
  type: AttributeType,
): { readonly kind: keyof typeof NESTING; readonly attributes: Attributes } | undefined {
  if (typeof type === 'string') return undefined
  if ('object' in type) return { kind: 'object', attributes: type.object }
  const [kind, element] =
    'list' in type
      ? (['list', type.list] as const)
      : 'set' in type
        ? (['set', type.set] as const)
        : (['map', type.map] as const)
  return typeof element === 'object' && 'object' in element ? { kind, attributes: element.object } : undefined
}
