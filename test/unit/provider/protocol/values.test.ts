import { decode, ExtData, encode } from '@msgpack/msgpack'
import { describe, expect, it } from 'vitest'
import { Message, Received } from '../../../../src/provider/protocol/message.ts'
import { readOpen, readState, readStored, toDynamicValue } from '../../../../src/provider/protocol/values.ts'
import { type Attributes, type AttributeType, type OpenValue, UNKNOWN } from '../../../../src/provider/schema.ts'

const attributesOf = (type: AttributeType): Attributes => ({ it: { type, set: 'optional', description: '' } })
/** A message as Terraform sends it. */
const messageOf = (it: unknown): Received => new Received(new Message().bytes(1, encode({ it })).finish())
const read = (type: AttributeType, it: unknown): unknown => readOpen(messageOf(it), attributesOf(type))?.it
/** What Terraform gets. @param like what was received; the same value is sent back then */
function write(type: AttributeType, it: OpenValue, like?: Received): unknown {
  const received = like === undefined ? null : readOpen(like, attributesOf(type))
  const sent = toDynamicValue(received === null ? { it } : { ...received }, attributesOf(type), received)
  return Object(decode(new Received(sent.finish()).bytes(1))).it
}
const typed = (type: unknown, value: unknown): unknown => [new TextEncoder().encode(JSON.stringify(type)), value]
const open = (type = 0): ExtData => new ExtData(type, new Uint8Array(1))

/** What is thrown. */
function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

const OBJECT: AttributeType = { object: { kind: { type: 'string', set: 'required', description: '' } } }

describe('values', () => {
  it.each<[string, AttributeType, unknown, OpenValue]>([
    ['a string', 'string', 'Grüße', 'Grüße'],
    ['an empty string', 'string', '', ''],
    ['a number', 'number', 42, 42],
    ['an ID', 'number', 2 ** 40, 2 ** 40],
    ['a negative number', 'number', -7, -7],
    ['a bool', 'bool', false, false],
    ['a list', { list: 'number' }, [1, null, 3], [1, null, 3]],
    ['a set', { set: 'string' }, ['a', 'b'], ['a', 'b']],
    ['a map', { map: { list: 'bool' } }, { a: [true], b: null }, { a: [true], b: null }],
    ['an object', OBJECT, { kind: 'x' }, { kind: 'x' }],
    ['objects', { list: OBJECT }, [{ kind: null }], [{ kind: null }]],
    ['what is not set', { map: 'string' }, null, null],
  ])('%s is read, and written as it was', (_, type, raw, value) => {
    expect(read(type, raw)).toEqual(value)
    expect(write(type, value)).toEqual(raw)
  })

  it('an unknown value may be of any kind, and have more said about it', () => {
    expect(read('string', open())).toBe(UNKNOWN)
    expect(read({ map: 'string' }, { a: open(12) })).toEqual({ a: UNKNOWN })
    expect(read('dynamic', open())).toBe(UNKNOWN)
    expect(read('dynamic', typed('string', open(12)))).toBe(UNKNOWN)
    expect(write({ list: 'number' }, [1, UNKNOWN])).toEqual([1, open()])
    expect(write('dynamic', UNKNOWN)).toEqual(open())
  })

  it('fractions go as their digits, since a binary one is another number', () => {
    expect(read('number', '0.1')).toBe(0.1)
    expect(read('number', 2.5)).toBe(2.5)
    expect(write('number', 0.1)).toBe('0.1')
  })

  it.each([['1e400'], ['9007199254740993'], [2n ** 63n]])(
    '%s is refused, since it would become another number',
    (raw) => {
      const message = new Received(new Message().bytes(1, encode({ it: raw }, { useBigInt64: true })).finish())
      expect(() => readOpen(message, attributesOf('number'))).toThrow('too large')
    },
  )

  it.each<[string, AttributeType, unknown, readonly (string | number)[]]>([
    ['an attribute', 'number', 1e17, []],
    ['an object', { object: { port: { type: 'number', set: 'optional', description: '' } } }, { port: 1e17 }, ['port']],
    ['a map of lists', { map: { list: 'number' } }, { a: [1, 1e17] }, ['a', 1]],
    ['a set, whose values have no index', { set: 'number' }, [1, 1e17], []],
    [
      'any value',
      'dynamic',
      typed(['object', { a: ['tuple', ['string', 'number']] }], { a: ['x', 12345678901234567n] }),
      ['a', 1],
    ],
  ])('a number that is too large is told at its place: in %s', (_, type, it, inner) => {
    const message = new Received(new Message().bytes(1, encode({ it }, { useBigInt64: true })).finish())
    const diagnostic = { severity: 'error', summary: 'the number is too large', path: ['it', ...inner] }
    expect(thrownBy(() => readOpen(message, attributesOf(type)))).toMatchObject({ diagnostics: [diagnostic] })
  })

  it.each<[string, AttributeType, unknown, OpenValue]>([
    ['a map', { map: 'string' }, { constructor: 'x', prototype: 'y' }, { constructor: 'x', prototype: 'y' }],
    [
      'an object of any type',
      'dynamic',
      typed(['object', { constructor: 'string', prototype: 'number' }], { constructor: 'x', prototype: 1 }),
      { constructor: 'x', prototype: 1 },
    ],
  ])('keys may be names that objects have by themselves, in %s', (_, type, raw, value) => {
    expect(read(type, raw)).toEqual(value)
    expect(write(type, value)).toEqual(raw)
  })

  it('a key that would be the prototype is refused as what it is, and one that was stored is a key', () => {
    const map = attributesOf({ map: 'string' })
    const its = JSON.parse('{"__proto__": "x"}')
    expect(thrownBy(() => readOpen(messageOf(its), map))).toMatchObject({
      diagnostics: [{ severity: 'error', summary: 'no map or object can have the key "__proto__"' }],
    })
    const stored = readStored({ it: its }, map)?.it ?? null
    expect(JSON.stringify(stored)).toBe('{"__proto__":"x"}')
    expect(Object.getPrototypeOf(stored)).toBe(Object.prototype)
  })

  it.each<[string, AttributeType, unknown]>([
    ['a number for a string', 'string', 5],
    ['a list for a map', { map: 'string' }, []],
    ['a text for a list', { list: 'string' }, 'abc'],
    ['no type', 'dynamic', 'abc'],
  ])('%s is refused', (_, type, raw) => {
    expect(() => read(type, raw)).toThrow()
  })

  it('a state has nothing that is open', () => {
    const attributes = attributesOf({ map: { list: 'string' } })
    expect(readState(messageOf({ a: ['x'] }), attributes)).toEqual({ it: { a: ['x'] } })
    expect(() => readState(messageOf({ a: [open()] }), attributes)).toThrow('not known')
    expect(readState(new Received(new Message().bytes(1, encode(null)).finish()), attributes)).toBeNull()
  })
})

describe('values of any type', () => {
  it.each<[string, OpenValue, unknown]>([
    ['a text', 'a: 1', typed('string', 'a: 1')],
    [
      'an object',
      { a: [1, 'x', null], b: {} },
      typed(['object', { a: ['tuple', ['number', 'string', 'dynamic']], b: ['object', {}] }], {
        a: [1, 'x', null],
        b: {},
      }),
    ],
    ['an object with a part that is open', { a: UNKNOWN }, typed(['object', { a: 'dynamic' }], { a: open() })],
    ['null', null, null],
  ])('%s is written as if it were in a configuration', (_, value, raw) => {
    expect(write('dynamic', value)).toEqual(raw)
  })

  it.each<[string, unknown]>([
    ['a map', typed(['map', 'string'], { a: 'b' })],
    ['a list in an object', typed(['object', { a: ['list', 'number'] }], { a: [1, 2] })],
    ['a set', typed(['set', 'string'], ['a'])],
    ['null of a type', typed('string', null)],
    ['an unknown value of a type', typed(['map', 'string'], open())],
  ])('%s that was received keeps its type', (_, raw) => {
    expect(write('dynamic', null, messageOf(raw))).toEqual(raw)
  })

  it('another value than what was received has its own type', () => {
    const attributes = attributesOf('dynamic')
    const config = readOpen(messageOf(typed(['map', 'string'], { a: 'b' })), attributes)
    const sent = new Received(toDynamicValue({ it: 'x' }, attributes, config).finish())
    expect(decode(sent.bytes(1))).toEqual({ it: typed('string', 'x') })
  })
})

describe('stored states', () => {
  const attributes: Attributes = { ...attributesOf('dynamic'), n: { type: 'number', set: 'optional', description: '' } }

  it('are JSON, with types beside values of any type', () => {
    const stored = { it: { type: ['map', 'string'], value: { a: 'b' } }, n: 0.5 }
    const state = readStored(stored, attributes)
    expect(state).toEqual({ it: { a: 'b' }, n: 0.5 })
    const sent = new Received(toDynamicValue(state, attributes, state).finish())
    expect(decode(sent.bytes(1))).toEqual({ it: typed(['map', 'string'], { a: 'b' }), n: '0.5' })
  })

  it('may lack attributes that are new, and have ones that are gone', () => {
    expect(readStored({ gone: true }, attributes)).toEqual({ it: null, n: null })
    expect(readStored(null, attributes)).toBeNull()
  })
})
