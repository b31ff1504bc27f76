/** Functions on texts. */

import { NULL, toBoolValue, toStringValue, type Value } from '../../value.ts'
import { Arguments, type FunctionEntry, MANY, takes } from './arguments.ts'
import { format } from './format.ts'
import { toRegExp } from './regex.ts'

const ofText = (change: (text: string) => string): FunctionEntry =>
  takes(1, 1, (args) => toStringValue(change(args.text(0))))
const testsText = (test: (text: string, part: string) => boolean): FunctionEntry =>
  takes(2, 2, (args) => toBoolValue(test(args.text(0), args.text(1))))

export const TEXT_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  lower: ofText((text) => text.toLowerCase()),
  upper: ofText((text) => text.toUpperCase()),
  title: ofText((text) => text.replace(/(?<![\p{L}\p{N}_])\p{L}/gu, (letter) => letter.toUpperCase())),
  trimspace: ofText((text) => text.trim()),
  chomp: ofText((text) => text.replace(/(?:\r?\n)+$/, '')),
  strrev: ofText((text) => [...text].reverse().join('')),
  trim: takes(2, 2, (args) => {
    const cut = new Set(args.text(1))
    const letters = [...args.text(0)]
    while (cut.has(letters[0] ?? '')) letters.shift()
    while (cut.has(letters.at(-1) ?? '')) letters.pop()
    return toStringValue(letters.join(''))
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
  indent: takes(2, 2, (args) => toStringValue(args.text(1).replaceAll('\n', `\n${' '.repeat(args.number(0))}`))),
  replace: takes(3, 3, (args) => {
    const [text, old, by] = [args.text(0), args.text(1), args.text(2)]
    return toStringValue(text.replaceAll(old, () => by))
  }),
  regex_replace: takes(3, 3, (args) => {
    const [text, pattern, by] = [args.text(0), toRegExp(args.text(1), args, 1), args.text(2)]
    const pieces: string[] = []
    let at = 0
    for (const match of text.matchAll(pattern)) {
      pieces.push(text.slice(at, match.index), expand(by, match, match.groups ?? {}))
      at = match.index + match[0].length
    }
    return toStringValue(pieces.join('') + text.slice(at))
  }),
  split: takes(2, 2, (args) => {
    const [separator, text] = [args.text(0), args.text(1)]
    const parts = separator === '' ? [...text] : text.split(separator)
    return { kind: 'list', items: parts.map(toStringValue) }
  }),
  join: takes(2, MANY, (args) => {
    const lists = args.all.slice(1).flatMap((_, index) => args.texts(index + 1))
    return toStringValue(lists.join(args.text(0)))
  }),
  format: takes(1, MANY, (args) => toStringValue(format(args))),
  formatlist: takes(1, MANY, formatList),
}

/** Counts characters; a length of -1 is the rest. */
function substr(args: Arguments): Value {
  const letters = [...args.text(0)]
  const [offset, length] = [args.number(1), args.number(2)]
  const start = offset < 0 ? Math.max(0, letters.length + offset) : offset
  return toStringValue(letters.slice(start, length < 0 ? undefined : start + length).join(''))
}

/** Go writes a group as `$1` or `${name}`, takes as long a name as it can, and knows groups that are not there as empty. */
function expand(
  template: string,
  match: readonly (string | undefined)[],
  groups: Readonly<Record<string, string>>,
): string {
  return template.replace(/\$(?:\{(\w+)\}|(\w+)|(\$))/g, (_, braced?: string, bare?: string, dollar?: string) => {
    if (dollar !== undefined) return '$'
    const name = braced ?? bare ?? ''
    return (/^\d+$/.test(name) ? match[Number(name)] : groups[name]) ?? ''
  })
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
    return toStringValue(format(new Arguments(row, args.origin, args.place)))
  })
  return { kind: 'list', items }
}
