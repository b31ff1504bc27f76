/** Pipes and devices of this test's own, in a folder of its own. */

import { execFileSync } from 'node:child_process'
import { open, symlink, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { findHcloudContext } from '../../../src/cli/hcloud-context.ts'
import { readSchematicInput } from '../../../src/cli/schematic-input.ts'
import { loadVariables } from '../../../src/config/load.ts'
import { readSettingsFile } from '../../../src/request/settings.ts'
import { readTextFile, readTextFileSync } from '../../../src/util/read-text.ts'
import { testIo } from '../../unit/cli/fixture.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { tempDir } from '../../unit/util/temp-dir.ts'

async function withPipe(name = 'pipe') {
  const dir = await tempDir()
  execFileSync('mkfifo', [dir.file(name)])
  return { ...dir, pipe: dir.file(name) }
}

/** A clock that tells what is done while it is waited. */
function clockThat(onWait: (waited: number) => Promise<void> | void) {
  let time = 0
  let waited = 0
  return {
    now: () => time,
    sleep: async (ms: number) => {
      time += ms
      await onWait(++waited)
    },
  }
}

test('what is no UTF-8 is told with its line', async () => {
  await using dir = await tempDir()
  await writeFile(dir.file('latin1'), Buffer.from('a = "1"\nb = "Büro"\n', 'latin1'))
  await expect(readTextFile(dir.file('latin1'))).rejects.toThrow('it is not a text in UTF-8, from line 2 on')
  expect(readTextFileSync(dir.file('latin1'))).toContain('b = ')
  await writeFile(dir.file('utf8'), '\ufeffBüro \ufffd')
  expect(await readTextFile(dir.file('utf8'))).toBe('\ufeffBüro \ufffd')
})

describe('a pipe that was named', () => {
  test('is read to its end, however late and in whatever pieces its program writes', async () => {
    await using dir = await withPipe()
    let writer: Awaited<ReturnType<typeof open>> | undefined
    const clock = clockThat(async (waited) => {
      if (waited === 2) writer = await open(dir.pipe, 'w')
      if (waited === 4) await writer?.write('one ')
      if (waited === 1000) await writer?.write('two')
      if (waited === 1001) await writer?.close()
    })
    expect(await readTextFile(dir.pipe, { clock })).toBe('one two')
  })

  test('is an error when no program writes to it', async () => {
    await using dir = await withPipe()
    const clock = clockThat(() => undefined)
    await expect(readTextFile(dir.pipe, { clock })).rejects.toThrow('it is a pipe that no program writes to')
    expect(clock.now()).toBe(10_000)
  })

  test('is left when the command is stopped, also while a program could write', async () => {
    await using dir = await withPipe('v.pkrvars.hcl')
    await using _writer = await open(dir.pipe, 'r+')
    const stop = new AbortController()
    const io = testIo({ cwd: dir.path, signal: stop.signal })
    const variables = loadVariables({
      directory: undefined,
      varFiles: [dir.pipe],
      vars: [],
      env: {},
      cwd: dir.path,
      signal: stop.signal,
    })
    const schematic = readSchematicInput(io, dir.pipe)
    stop.abort(new Error('stopped'))
    const ends = await Promise.allSettled([variables, schematic])
    expect(ends.map((end) => end.status === 'rejected' && String(end.reason))).toEqual(Array(2).fill('Error: stopped'))
  })

  test('may not be longer than a file', async () => {
    await using dir = await withPipe()
    await using writer = await open(dir.pipe, 'r+')
    const part = Buffer.alloc(1 << 16)
    await writer.write(part)
    let parts = 1
    const refill = async (): Promise<void> => {
      while (parts++ <= 256) await writer.write(part)
    }
    await Promise.all([
      expect(readTextFile(dir.pipe, {})).rejects.toThrow('it is not a text of at most 16 MiB'),
      refill(),
    ])
  })
})

describe('a pipe is refused', () => {
  test('where a file is found in a directory', async () => {
    await using dir = await withPipe('x.auto.pkrvars.hcl')
    const sources = { directory: dir.path, varFiles: [], vars: [], env: {}, cwd: dir.path }
    expect((await failureOf(loadVariables(sources))).message).toContain(
      '"x.auto.pkrvars.hcl" cannot be read: it is a pipe instead of a file',
    )
    execFileSync('mkfifo', [dir.file('talos-image.yaml')])
    const { problems } = await readSettingsFile(dir.path, dir.file('talos-image.yaml'))
    expect(problems).toMatchObject([{ message: '"talos-image.yaml" cannot be read: it is a pipe instead of a file' }])
  })

  test('as the configuration of hcloud, which may be the null device', async () => {
    await using dir = await withPipe()
    const find = (path: string) => findHcloudContext({ cwd: dir.path, home: undefined, env: { HCLOUD_CONFIG: path } })
    expect(find('pipe')).toMatchObject({ message: 'the configuration of hcloud cannot be read' })
    expect(find('/dev/null')).toBeUndefined()
    expect(() => readTextFileSync(dir.pipe)).toThrow('it is a pipe instead of a file')
  })
})

test('a device is no text, and the null device an empty one', async () => {
  await using dir = await tempDir()
  await symlink('/dev/zero', dir.file('zero'))
  await writeFile(dir.file('file'), 'text')
  await expect(readTextFile(dir.file('zero'), {})).rejects.toThrow('it is a device instead of a file')
  expect(await readTextFile('/dev/null')).toBe('')
  expect(await readTextFile(dir.file('file'))).toBe('text')
})
