import { readFile, stat } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createOnError, findOnErrorProblems, removeKey } from '../../../src/cli/on-error.ts'
import type { FailedServer } from '../../../src/run/failed-server.ts'
import { tempDir } from '../util/temp-dir.ts'
import { testIo } from './fixture.ts'

const FAILED: FailedServer = {
  run: 'abcdefgh',
  image: 'x86',
  problem: { code: 'verify', message: 'wrong' },
  name: 'talos-image-abcdefgh-x86',
  host: '203.0.113.7',
  port: 22,
  privateKey: 'the key\n',
}

test('abort writes the key to a private file, and gives the command that logs in', async () => {
  await using dir = await tempDir()
  const io = testIo({ home: dir.path, env: {} })
  const file = dir.file('.local/state/talos-image/keys/abcdefgh')
  const keep = createOnError(io, 'abort')
  expect(await keep?.(FAILED)).toBe(`ssh -i ${file} root@203.0.113.7`)
  expect(await keep?.({ ...FAILED, host: '2001:db8::1', port: 222 })).toBe(`ssh -i ${file} -p 222 root@2001:db8::1`)
  expect(await readFile(file, 'utf8')).toBe('the key\n')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await removeKey(io, 'abcdefgh')
  await expect(stat(file)).rejects.toThrow('ENOENT')
})

test('cleanup, and nothing, remove every server', () => {
  expect(createOnError(testIo(), 'cleanup')).toBeUndefined()
  expect(createOnError(testIo(), undefined)).toBeUndefined()
})

test('ask needs a terminal', () => {
  expect(findOnErrorProblems(testIo(), { onError: 'ask' })).toMatchObject([
    { code: 'usage', at: { name: '--on-error' } },
  ])
  expect(findOnErrorProblems(testIo({ stdinIsTerminal: true, errIsTerminal: true }), { onError: 'ask' })).toEqual([])
  expect(findOnErrorProblems(testIo(), { onError: 'abort' })).toEqual([])
  expect(findOnErrorProblems(testIo(), { onError: 'abort', sandbox: true })).toMatchObject([{ code: 'usage' }])
  expect(findOnErrorProblems(testIo(), { onError: 'cleanup', sandbox: true })).toEqual([])
})
