/** Functions on texts. */

import type { Match } from '../../regular-expression.ts'
import { NULL, toBoolValue, toStringValue, type Value } from '../../value.ts'
import { Arguments, type FunctionEntry, MANY, takes } from './arguments.ts'
import { format } from './format.ts'
import { findMatches } from './regex.ts'

const ofText = (change: (text: string) => string): FunctionEntry =>
  takes(1, 1, (args) => toStringValue(change(args.text(0))))
const testsText = (test: (text: string, part: string) => boolean): FunctionEntry =>
  takes(2, 2, (args) => toBoolValue(test(args.text(0), args.text(1))))

export const TEXT_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  lower: ofText((text) => text.toLowerCase()),
  upper: ofText((text) => text.toUpperCase()),
  title: ofText((text) => text.replace(/(?<![\p{L}\p{N}_])\p{L}/gu, (letter) => letter.toUpperCase())),
  trimspace: ofText((text) => text.trim()),
  chomp: ofText(chomp),
  strrev: ofText((text) => [...text].reverse().join('')),
  trim: takes(2, 2, (args) => {
    const cut = new Set(args.text(1))
    const letters = [...args.text(0)]
    const first = letters.findIndex((letter) => !cut.has(letter))
    const last = letters.findLastIndex((letter) => !cut.has(letter))
    return toStringValue(first === -1 ? '' : letters.slice(first, last + 1).join(''))
  }),
  trimprefix: takes(2, 2, (args) => {
    const [text, prefix] = [args.text(0), args.text(1)]
    return toStringValue(text.startsWith(prefix) ? text.slice(prefix.length) : text)
  }),
  trimsuffix: takes(2, 2, (args) => {
    const [text, suffix] = [args.text(0), args.text(1)]
    return toStringValue(suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text)
  }),
  startswith: testsText((text, part) => text.startsWith(part)),
  endswith: testsText((text, part) => text.endsWith(part)),
  strcontains: testsText((text, part) => text.includes(part)),
  substr: takes(3, 3, substr),
  indent: takes(2, 2, (args) => {
    const [spaces, text] = [args.whole(0), args.text(1)]
    if (spaces < 0) return args.fail('the number of spaces cannot be negative', 0)
    args.take(spaces * countIn(text, '\n'))
    return toStringValue(text.replaceAll('\n', `\n${' '.repeat(text.includes('\n') ? spaces : 0)}`))
  }),
  replace: takes(3, 3, (args) => {
    const [text, old, by] = [args.text(0), args.text(1), args.text(2)]
    args.take(by.length * countIn(text, old))
    return toStringValue(text.replaceAll(old, () => by))
  }),
  regex_replace: takes(3, 3, (args) => {
    const [text, by] = [args.text(0), args.text(2)]
    const pieces: string[] = []
    const add = (piece: string): void => {
      args.take(piece.length)
      pieces.push(piece)
    }
    let at = 0
    for (const match of findMatches(args, 1, text)) {
      add(text.slice(at, match.index))
      expand(by, match, add)
      at = match.index + match.texts[0].length
    }
    add(text.slice(at))
    return toStringValue(pieces.join(''))
  }),
  split: takes(2, 2, (args) => {
    const [separator, text] = [args.text(0), args.text(1)]
    args.take(64 * countIn(text, separator))
    const parts = separator === '' ? [...text] : text.split(separator)
    return { kind: 'list', items: parts.map(toStringValue) }
  }),
  join: takes(2, MANY, (args) => {
    const lists = args.all.slice(1).flatMap((_, index) => args.texts(index + 1))
    args.take(lists.length * args.text(0).length)
    return toStringValue(lists.join(args.text(0)))
  }),
  format: takes(1, MANY, (args) => toStringValue(format(args))),
  formatlist: takes(1, MANY, formatList),
}

/** Counts characters; a length of -1 is the rest. */
function substr(args: Arguments): Value {
  const letters = [...args.text(0)]
  const [offset, length] = [args.whole(1), args.whole(2)]
  const start = offset < 0 ? Math.max(0, letters.length + offset) : offset
  return toStringValue(letters.slice(start, length < 0 ? undefined : start + length).join(''))
}

/** How often a part is in a text; an empty one is around each character. */
export function countIn(text: string, part: string): number {
  if (part === '') return text.length + 1
  let found = 0
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) found += 1
  return found
}

/** Without the line breaks at its end. */
function chomp(text: string): string {
  let end = text.length
  while (text[end - 1] === '\n') end -= text[end - 2] === '\r' ? 2 : 1
  return text.slice(0, end)
}

/** Go writes a group as `$1` or `${name}`, takes as long a name as it can, and knows groups that are not there as empty. */
function expand(template: string, match: Match, add: (piece: string) => void): void {
  let end = 0
  for (const group of template.matchAll(/\$(?:\{(\w+)\}|(\w+)|(\$))/g)) {
    const [whole, braced, bare, dollar] = group
    const name = braced ?? bare ?? ''
    add(template.slice(end, group.index))
    add(dollar ?? (/^\d+$/.test(name) ? match.texts[Number(name)] : match.groups?.[name]) ?? '')
    end = group.index + whole.length
  }
  add(template.slice(end))
}

/** `format` for each item of the lists, with what is no list in all of them. */
function formatList(args: Arguments): Value {
  const lengths = args.all.flatMap(({ value }) => (value.kind === 'list' ? value.items.length : []))
  const [length = 1] = lengths
  if (lengths.some((other) => other !== length)) return args.fail('the lists are not of the same length')
  const items = Array.from({ length }, (_, index) => {
    const row = args.all.map((one) =>
      one.value.kind === 'list' ? { ...one, value: one.value.items[index] ?? NULL } : one,
    )
    return toStringValue(format(new Arguments(row, args.origin, args.place, args.budget)))
  })
  return { kind: 'list', items }
}
