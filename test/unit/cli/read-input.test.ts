import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { readInput } from '../../../src/cli/read-input.ts'
import { testIo } from './fixture.ts'

const LIMITS = { what: 'the query', mostBytes: 2048, timeoutMs: 60_000 }

describe('standard input', () => {
  test('is read to its end, whatever it is cut into', async () => {
    const bytes = Buffer.from('{"a": "ä€"}')
    const stdin = Readable.from([...bytes].map((byte) => Buffer.of(byte)))
    expect(await readInput(testIo({ stdin }), LIMITS)).toBe('{"a": "ä€"}')
    expect(await readInput(testIo(), LIMITS)).toBe('')
  })

  test('may not be too long', async () => {
    const read = (bytes: number) => readInput(testIo({ stdin: Readable.from([Buffer.alloc(bytes, 32)]) }), LIMITS)
    expect(await read(2048)).toHaveLength(2048)
    await expect(read(2049)).rejects.toMatchObject({ code: 'usage', message: 'the query is longer than 2 KiB' })
  })

  test('must end some time', async () => {
    const reading = readInput(testIo({ stdin: new PassThrough() }), { ...LIMITS, timeoutMs: 1 })
    await expect(reading).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('did not end') })
  })

  test('is not waited for when the user wants to stop', async () => {
    const stop = new AbortController()
    const reading = readInput(testIo({ stdin: new PassThrough(), signal: stop.signal }), LIMITS)
    stop.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })
})
