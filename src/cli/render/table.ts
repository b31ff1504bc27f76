/** Tables without lines, which read well everywhere. */

import stringWidth from 'string-width'

const GAP = '  '

/** Rows of cells under their headings, columns aligned. A cell may have several lines. In time that grows with the rows. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows].map((row) => headings.map((_, column) => (row[column] ?? '').split('\n')))
  const widths = headings.map((_, column) =>
    all.reduce((most, row) => (row[column] ?? []).reduce((width, line) => Math.max(width, widthOf(line)), most), 0),
  )
  const lines = all.flatMap((row) =>
    Array.from({ length: Math.max(1, ...row.map((cell) => cell.length)) }, (_, line) =>
      row
        .map((cell, column) => pad(cell[line] ?? '', widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    ),
  )
  return `${lines.join('\n')}\n`
}

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** The columns that a text takes; most texts are ASCII, which is sooner seen than measured. */
const widthOf = (text: string): number => (/^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text))
