/** Messages of Protocol Buffers, by the numbers of their fields; what Terraform sends beyond those that are asked for is ignored. */

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** A message that was received. A field that is not there has what the format takes for it then: '', 0, nothing. */
export class Received {
  readonly #fields = new Map<number, (number | Uint8Array)[]>()

  /** @throws Error when the bytes are no message */
  constructor(bytes: Uint8Array) {
    const reader = new BinaryReader(bytes)
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag()
      if (type === WireType.Varint) this.#add(field, Number(reader.int64()))
      else if (type === WireType.LengthDelimited) this.#add(field, reader.bytes())
      else reader.skip(type, field)
    }
  }

  #add(field: number, value: number | Uint8Array): void {
    this.#fields.set(field, [...(this.#fields.get(field) ?? []), value])
  }

  bytes(field: number): Uint8Array {
    const value = this.#fields.get(field)?.at(-1)
    return value instanceof Uint8Array ? value : new Uint8Array()
  }

  string(field: number): string {
    return new TextDecoder().decode(this.bytes(field))
  }

  integer(field: number): number {
    const value = this.#fields.get(field)?.at(-1)
    return typeof value === 'number' ? value : 0
  }

  /** An empty one when it is not there. */
  message(field: number): Received {
    return new Received(this.bytes(field))
  }

  messages(field: number): readonly Received[] {
    return (this.#fields.get(field) ?? []).flatMap((value) =>
      value instanceof Uint8Array ? [new Received(value)] : [],
    )
  }
}

/** A message that is sent. */
export class Message {
  readonly #writer = new BinaryWriter()

  bytes(field: number, value: Uint8Array): this {
    if (value.length > 0) this.#writer.tag(field, WireType.LengthDelimited).bytes(value)
    return this
  }

  string(field: number, value: string): this {
    if (value !== '') this.#writer.tag(field, WireType.LengthDelimited).string(value)
    return this
  }

  integer(field: number, value: number): this {
    if (value !== 0) this.#writer.tag(field, WireType.Varint).int64(value)
    return this
  }

  /** One that stands in the place of others: it is written also when it is empty, or 0. */
  choice(field: number, value: string | number): this {
    if (typeof value === 'string') this.#writer.tag(field, WireType.LengthDelimited).string(value)
    else this.#writer.tag(field, WireType.Varint).int64(value)
    return this
  }

  flag(field: number, value: boolean): this {
    return this.integer(field, value ? 1 : 0)
  }

  /** One, or each of several. One that is empty is written as well: it is there. */
  message(field: number, ...values: readonly Message[]): this {
    for (const value of values) this.#writer.tag(field, WireType.LengthDelimited).bytes(value.finish())
    return this
  }

  /** Messages by name. */
  named(field: number, values: Readonly<Record<string, Message>>): this {
    const entries = Object.entries(values).map(([name, value]) => new Message().string(1, name).message(2, value))
    return this.message(field, ...entries)
  }

  /** Once. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#writer.finish()
  }
}
