/** Scripts that would take hours or all memory to follow: an error of the script, in a moment. */

import { expect, it, vi } from 'vitest'
import { Recogniser } from '../../../../src/config/shell/recognise.ts'
import { NotKnown, type Script } from '../../../../src/config/shell/values.ts'

vi.setConfig({ testTimeout: 60_000 })

const script: Script = { place: (offset) => ({ kind: 'file', file: 'x', line: 1, column: offset + 1 }) }

function follow(text: string): string[] {
  const readLocal = () => {
    throw new NotKnown('there are no files')
  }
  const recogniser = new Recogniser({ architecture: 'x86_64', readLocal })
  const run = {
    file: { text, script },
    path: '/tmp/x',
    command: 'sh /tmp/x',
    at: script.place(0),
    environment: new Map(),
  }
  return recogniser.run(run).map(({ message }) => message)
}

const lines = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join('\n')
const EFFORT = 'unsupported command: there is too much to follow'
const TEXT = 'unsupported command: a text of more than 1048576 characters'
const WORDS = 'unsupported command: more than 100000 words'

it.each([
  ['questions that are open', lines(1500, (index) => `if grep -q x /etc/f; then v${index}=1; fi`), EFFORT],
  ['files that are removed', lines(9000, (index) => `echo > /tmp/f${index}; rm -f /tmp/g*`), EFFORT],
  ['a variable that doubles', `a=aa\n${'a=$a$a\n'.repeat(40)}`, TEXT],
  ['an output that doubles', `a=aa\n${'a=$(echo $a$a)\n'.repeat(40)}`, TEXT],
  ['a list that doubles', `A=(a b)\n${`A=("\${A[@]}" "\${A[@]}")\n`.repeat(40)}`, WORDS],
  ['arguments that double', 'f() { f "$@" "$@"; }\nf a b', WORDS],
  ['a replacement that multiplies', `a=${'a'.repeat(2000)}\nb=\${a//a/$a}`, TEXT],
  ['many numbers', 'for i in $(seq 1 100000); do x=$i; done', 'unsupported command: more than 1000 numbers'],
])('%s', (_, text, message) => {
  expect(follow(text)[0]).toBe(message)
})

it.each([
  ['case', `case ${'a'.repeat(3000)} in ${'*a'.repeat(30)}b) nothing ;; esac`],
  ['[[ =~ ]]', `[[ ${'a'.repeat(3000)}b =~ ^(a+)+$ ]] && nothing; true`],
  ['%', `x=${'a'.repeat(20_000)}; y=\${x%*a*a*a*b}`],
  ['//', `x=${'a'.repeat(20_000)}; y=\${x//*a*a*a*b/c}`],
])('a pattern of %s takes no longer than its text is long', (_, text) => {
  expect(follow(text)).toEqual([])
})

it.each([
  ['brackets', `x=a; y=\${x#'${'['.repeat(200_000)}'}`, 'unsupported command: a pattern that is too long'],
  ['letters', `case a in ${'a'.repeat(2000)}*) nothing ;; esac`, 'unsupported command: a pattern that is too long'],
])('a pattern of many %s is not followed', (_, text, message) => {
  expect(follow(text)).toEqual([message])
})

it('the line ends at the end of an output are cut off, however many there are before', () => {
  expect(follow(`x=$(cat <<E\n${'\n'.repeat(200_000)}y\n\n\nE\n)\n[ "\${x#*y}" = "" ] || nothing`)).toEqual([])
})

it.each([
  ['$((0x10))', 'a number in another base'],
  ['$((010))', 'a number in another base'],
])('%s is not taken for what it is not', (sum) => {
  expect(follow(`[ ${sum} = 8 ] || nothing\ntrue`)[0]).toMatch(/^unsupported command/)
})

it.each([
  [`x=a.b.c; [ "\${x%.*}" = a.b ] || nothing`, 'the shortest end'],
  [`x=a.b.c; [ "\${x%%.*}" = a ] || nothing`, 'the longest end'],
  [`x=a.b.c; [ "\${x#*.}" = b.c ] || nothing`, 'the shortest beginning'],
  [`x=a.b.c; [ "\${x##*.}" = c ] || nothing`, 'the longest beginning'],
  [`x=a.b.c; [ "\${x//[.]/-}" = a-b-c ] || nothing`, 'every place'],
  [`x=a.b.c; [ "\${x/?b/}" = a.c ] || nothing`, 'the first place'],
])('%s: %s', (text) => {
  expect(follow(text)).toEqual([])
})
