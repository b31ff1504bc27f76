import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { identifyProcess, isRunning } from '../../../src/state/process-identity.ts'

test('a process runs until it has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  const identity = identifyProcess(child.pid ?? 0)
  expect(identity).toEqual(identifyProcess(child.pid ?? 0))
  expect(identity !== undefined && isRunning(identity)).toBe(true)

  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  expect(identity !== undefined && isRunning(identity)).toBe(false)
})

test.runIf(process.platform === 'linux')('another process with the same number is not the same process', () => {
  expect(identifyProcess(process.pid)?.started).toMatch(/^[0-9a-f-]+:\d+$/)
  expect(isRunning({ pid: process.pid, started: 'at another time' })).toBe(false)
})
