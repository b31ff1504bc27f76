import { PassThrough, Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { sendLocal } from '../../../../src/run/steps/send-local.ts'

const never = (): Readable => new PassThrough()

test('what the server does not read to its end is no error of the source', async () => {
  const input = never()
  const errors: Error[] = []
  input.on('error', (error) => errors.push(error))
  const { stream, assertWhole } = sendLocal(input)
  stream.on('error', () => undefined)
  stream.destroy(new Error('the channel closed'))
  await nextTurn()
  // It goes with the stream, and its error is not one of reading.
  expect(input.destroyed).toBe(true)
  expect(errors).not.toEqual([])
  expect(assertWhole).not.toThrow()
})

test('an error of the source is told', async () => {
  const input = never()
  const { stream, assertWhole } = sendLocal(input)
  stream.on('error', () => undefined)
  input.destroy(new Error('the pipe broke'))
  await nextTurn()
  expect(assertWhole).toThrow('standard input could not be read to its end: the pipe broke')
})

test('what was sent has the SHA-256 of the source', async () => {
  const { stream, sha256, assertWhole } = sendLocal(Readable.from([Buffer.from('a'), Buffer.from('bc')]))
  expect(Buffer.concat(await stream.toArray()).toString()).toBe('abc')
  expect(assertWhole).not.toThrow()
  expect(sha256()).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
