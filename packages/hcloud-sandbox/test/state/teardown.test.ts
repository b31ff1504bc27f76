import { expect, test } from 'vitest'
import { createTeardown } from '../../src/state/teardown.ts'

test('what was started last ends first, once', async () => {
  const ended: string[] = []
  const teardown = createTeardown()
  teardown.add(async () => void ended.push('first'))
  teardown.add(async () => void ended.push('second'))
  await Promise.all([teardown.run(), teardown.run()])
  await teardown.run()
  expect(ended).toEqual(['second', 'first'])
})

test('a step that fails does not keep the others from running', async () => {
  const ended: string[] = []
  const teardown = createTeardown()
  teardown.add(async () => void ended.push('first'))
  teardown.add(() => Promise.reject(new Error('the disk is full')))
  teardown.add(() => Promise.reject(new Error('earlier')))
  await expect(teardown.run()).rejects.toThrow('earlier')
  expect(ended).toEqual(['first'])
})

test('a step that hangs does not either', async () => {
  const ended: string[] = []
  const teardown = createTeardown(1)
  teardown.add(async () => void ended.push('first'))
  teardown.add(() => new Promise(() => {}))
  await teardown.run()
  expect(ended).toEqual(['first'])
})
