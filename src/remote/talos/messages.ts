/**
 * The few messages of Talos's API that a boot test needs, in the wire format of protocol buffers.
 * Source: siderolabs/talos, api/machine/machine.proto; cosi-project/specification, proto/v1alpha1 (2026).
 */

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** What `machine.MachineService/Version` answers; what is missing is undefined. */
export interface VersionAnswer {
  /** With its `v`. */
  readonly tag: string | undefined
  /** As Talos names it: `amd64`. */
  readonly arch: string | undefined
  /** Where it thinks that it runs: `hcloud`. */
  readonly platform: string | undefined
}

/** `machine.VersionResponse`. @throws Error for what is none */
export function readVersion(bytes: Uint8Array): VersionAnswer {
  const message = firstMessage(bytes, 1)
  const version = firstMessage(message, 2)
  return { tag: text(version, 1), arch: text(version, 6), platform: text(firstMessage(message, 3), 1) }
}

/** `cosi.resource.ListRequest` */
export function writeListRequest(namespace: string, type: string): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.LengthDelimited).string(namespace)
  writer.tag(2, WireType.LengthDelimited).string(type)
  return writer.finish()
}

/** What a `cosi.resource.ListResponse` holds: the content of a resource as YAML. @throws Error for what is none */
export function readListed(bytes: Uint8Array): string {
  const spec = firstMessage(firstMessage(bytes, 1), 2)
  return text(spec, 2) ?? ''
}

/** The first field of that number: a message in the message, or a text; empty when there is none. */
function firstMessage(bytes: Uint8Array, wanted: number): Uint8Array {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === wanted && type === WireType.LengthDelimited) return reader.bytes()
    reader.skip(type, field)
  }
  return new Uint8Array()
}

function text(bytes: Uint8Array, field: number): string | undefined {
  return Buffer.from(firstMessage(bytes, field)).toString('utf8') || undefined
}
