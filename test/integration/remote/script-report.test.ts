import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { Compression } from '../../../src/compressions.ts'
import { createKeyPair } from '../../../src/remote/key-pair.ts'
import { programsFor, rescueScript } from '../../../src/remote/rescue-script.ts'
import { parseReport, progressReader } from '../../../src/remote/script-report.ts'
import type { Source } from '../../../src/source/source.ts'
import { redact } from '../../../src/util/redact.ts'
import { createRandom } from '../../unit/source/fixture.ts'

describe("a script's report", () => {
  test('is told by its lines', () => {
    const stdout = 'hello\ntalos-image discard ok\ntalos-image missing\ntalos-image error write  two words \n'
    expect([...parseReport(stdout)]).toEqual([
      ['discard', 'ok'],
      ['missing', ''],
      ['error', 'write  two words'],
    ])
  })

  test('takes the last word on a thing, and nothing that only looks alike', () => {
    const stdout = ' talos-image a 1\ntalos-imagea 2\ntalos-image A 3\ntalos-image  x\ntalos-image b 1\ntalos-image b 2'
    expect([...parseReport(stdout)]).toEqual([['b', '2']])
    expect(parseReport('').size).toBe(0)
  })
})

describe("dd's progress", () => {
  const PROGRESS =
    '\r1048576 bytes (1.0 MB, 1.0 MiB) copied, 1 s, 1.0 MB/s\r99614720 bytes (100 MB) copied, 2 s\n5+0 records in\n' +
    '5+0 records out\n120586240 bytes (121 MB, 115 MiB) copied, 2.1 s, 57 MB/s\nsome other line\n12 bytesx\n'
  const EXPECTED = [1_048_576, 99_614_720, 120_586_240, 12]

  test('is read from one piece', () => {
    const seen: number[] = []
    progressReader((bytes) => seen.push(bytes))(PROGRESS)
    expect(seen).toEqual(EXPECTED)
  })

  test('is read from pieces of any size', () => {
    const random = createRandom(3)
    for (let round = 0; round < 200; round++) {
      const seen: number[] = []
      const read = progressReader((bytes) => seen.push(bytes))
      for (let at = 0; at < PROGRESS.length; ) {
        const length = 1 + random(30)
        read(PROGRESS.slice(at, at + length))
        at += length
      }
      expect(seen).toEqual(EXPECTED)
    }
  })
})

const PROGRAMS = programsFor({ kind: 'url' }, { compression: 'zst' })

test('the rescue script tells of host, tools and disk', () => {
  const report = parseReport(execFileSync('bash', ['-c', rescueScript('/no such/disk', PROGRAMS)]).toString())
  expect(report.get('host')).not.toBe('')
  expect(report.get('mounted')).toBe('no')
  expect(report.get('device-bytes')).toBe('0')
  const bare = execFileSync('/bin/bash', ['-c', `PATH=/nowhere; ${rescueScript('/dev/sda', PROGRAMS)}`], {
    stdio: 'pipe',
  }).toString()
  expect(parseReport(bare).get('missing')).toBe(PROGRAMS.join(' '))
})

test('the rescue system is asked for the programs of this source only', () => {
  const of = (kind: Source['kind'], compression: Compression) => programsFor({ kind }, { compression })
  expect(of('url', 'xz')).toEqual(expect.arrayContaining(['curl', 'xz', 'dd']))
  expect(of('url', 'xz')).not.toContain('zstd')
  expect(of('file', 'none')).not.toContain('curl')
  expect(of('stdin', 'none')).toEqual(expect.arrayContaining(['xz', 'zstd', 'gzip']))
})

test('a key pair is new each time, and its private half is a secret from the start', async () => {
  const [one, two] = [await createKeyPair('talos-image-abc'), await createKeyPair('talos-image-abc')]
  expect(one.publicKey).toMatch(/^ssh-ed25519 [\w+/=]+ talos-image-abc$/)
  expect(one.publicKey).not.toBe(two.publicKey)
  expect(redact(`x ${one.privateKey} y`)).toBe('x [redacted] y')
})
