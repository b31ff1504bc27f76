/**
 * What Talos's API sends, in the wire format of protocol buffers. Source: siderolabs/talos, api/machine/machine.proto;
 * cosi-project/specification, proto/v1alpha1 (2026).
 */

/** `machine.VersionResponse` */
export function formatVersion(answer: {
  readonly tag: string
  readonly arch: string
  readonly platform: string
}): Buffer {
  const version = message(field(1, answer.tag), field(5, 'linux'), field(6, answer.arch))
  const platform = message(field(1, answer.platform), field(2, 'cloud'))
  return field(1, message(field(2, version), field(3, platform)))
}

/** A resource of COSI. */
export interface Resource {
  readonly type: string
  readonly id: string
  /** Its content, as YAML and, with field numbers from 1, as a message. */
  readonly yaml: string
  readonly proto: Buffer
}

/** `cosi.resource.ListResponse` */
export function formatListed({ type, id, yaml, proto }: Resource): Buffer {
  const metadata = message(field(1, 'runtime'), field(2, type), field(3, id), field(4, '1'), field(6, 'running'))
  return field(1, message(field(1, metadata), field(2, message(field(1, proto), field(2, yaml)))))
}

/** The second text of a `cosi.resource.ListRequest`: the type that is asked for. */
export function readListedType(bytes: Buffer): string {
  let offset = 0
  for (const wanted of [0x0a, 0x12]) {
    if (bytes[offset] !== wanted) return ''
    const length = bytes[offset + 1] ?? 0
    const text = bytes.toString('utf8', offset + 2, offset + 2 + length)
    if (wanted === 0x12) return text
    offset += 2 + length
  }
  return ''
}

/** A field that holds a text or a message. */
export function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

export const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields)

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}
