import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { quote } from '../../../src/remote/quote.ts'
import { createRandom } from '../../unit/source/fixture.ts'

const HOSTILE = [
  '',
  ' ',
  "'",
  "''",
  "'\\''",
  '"',
  '\\',
  '\\\n',
  '\n',
  'a\n',
  '\nrm -rf x',
  '\t\r\u000b\f',
  '$(touch owned)',
  '`touch owned`',
  '$HOME',
  '$' + '{IFS}',
  '$((1/0))',
  "'; touch owned; '",
  "'$(touch owned)'",
  '"; touch owned; "',
  '&& touch owned',
  '| touch owned',
  '> owned',
  '< /etc/passwd',
  '*',
  '?',
  '[a-z]*',
  '{a,b}',
  '~',
  '~root',
  '!!',
  '#comment',
  '-rf',
  '--',
  '-n',
  'a=b',
  'A=$(id)',
  '\u0001\u001b[31m\u007f',
  'ümläut ✔ 𝛑',
  '%s%n',
  'https://example.com/x?a=b&c=d#e',
  '!',
  '^a^b',
  '\\x41',
  'EOF',
]

/** Words as each shell reads them: passed as text, given back one by one. */
function throughShell(shell: string, words: readonly string[]): string[] {
  const script = `for word in ${words.map(quote).join(' ')}; do printf '%s\\0' "$word"; done`
  const output = execFileSync(shell, ['-s'], { input: script, maxBuffer: 1 << 28 }).toString()
  return output.split('\0').slice(0, -1)
}

describe.each(['bash', 'sh'])('words that pass through %s', (shell) => {
  test('come out as they went in, however hostile', () => {
    expect(throughShell(shell, HOSTILE)).toEqual(HOSTILE)
  })

  test('come out as they went in, whatever they are made of', () => {
    const random = createRandom(7)
    const pieces = [...`'"\\$\`!*?[]{}()<>|&;#~=%^ \t\n\r-aA0/:é✔𝛑\u001b`, "'\\''", '$(', '${', '\\\n']
    const words = Array.from({ length: 5000 }, () =>
      Array.from({ length: random(12) }, () => pieces[random(pieces.length)] ?? '').join(''),
    )
    expect(new Set(words).size).toBeGreaterThan(4000)
    expect(throughShell(shell, words)).toEqual(words)
  })
})

test('a word that holds quoted words comes through two shells', () => {
  const inner = `printf '%s\\0' ${HOSTILE.map(quote).join(' ')}`
  const outer = `bash -c ${quote(`sh -c ${quote(inner)}`)}`
  expect(execFileSync('sh', ['-s'], { input: outer }).toString().split('\0').slice(0, -1)).toEqual(HOSTILE)
})

test('plain words stay readable', () => {
  expect(quote('/dev/sda')).toBe('/dev/sda')
  expect(quote('https://factory.talos.dev/image/a/v1.13.9/hcloud-arm64.raw.xz')).not.toContain("'")
})

test('a NUL byte is refused, since no word can hold it', () => {
  expect(() => quote('a\0b')).toThrow(RangeError)
})
