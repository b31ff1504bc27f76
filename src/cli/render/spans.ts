/** Pieces of a line with their styles: measured and cut first, painted last, since paint has no width. */

import type { Glyphs } from './glyphs.ts'
import type { Style } from './paint.ts'

export type Span = readonly [text: string, style: Style | undefined]

const lengthOf = (spans: readonly Span[]): number => spans.reduce((sum, [text]) => sum + text.length, 0)

/** The first of the alternatives that is no wider than the columns, or else the last one. */
export function firstThatFits(columns: number, alternatives: readonly (readonly Span[])[]): readonly Span[] {
  return alternatives.find((spans) => lengthOf(spans) <= columns) ?? alternatives.at(-1) ?? []
}

/** The spans as they are, or cut at the last column, where the ellipsis stands. */
export function cutTo(spans: readonly Span[], columns: number, ellipsis: string): readonly Span[] {
  const trimmed = trimEnd(spans)
  if (lengthOf(trimmed) <= columns) return trimmed
  let room = Math.max(0, columns - ellipsis.length)
  const kept = trimmed.map(([text, style]): Span => {
    const part = text.slice(0, room)
    room -= part.length
    return [part, style]
  })
  return [...kept, [columns < 1 ? '' : ellipsis, undefined]]
}

function trimEnd(spans: readonly Span[]): readonly Span[] {
  const last = spans.findLastIndex(([text]) => text.trim() !== '')
  return spans.slice(0, last + 1).map(([text, style], index): Span => [index === last ? text.trimEnd() : text, style])
}

/** A bar of so many letters. */
export function formatBar(percent: number, width: number, { full, empty }: Glyphs): readonly Span[] {
  const done = Math.floor((percent * width) / 100)
  return [
    [full.repeat(done), 'accent'],
    [empty.repeat(width - done), 'faint'],
  ]
}
