/** What changes in a text, line by line. */

/** The lines that go, with `-` before them, and those that come, with `+`; nothing of what stays. */
export function diffLines(before: string, after: string): string[] {
  const [old, fresh] = [before, after].map((text) => text.replace(/\n$/, '').split('\n'))
  if (old === undefined || fresh === undefined || before === after) return []
  // How many lines stay, of what follows each place.
  const common: number[][] = Array.from({ length: old.length + 1 }, () => Array(fresh.length + 1).fill(0))
  const at = (row: number, column: number): number => common[row]?.[column] ?? 0
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = fresh.length - 1; column >= 0; column -= 1) {
      const same = old[row] === fresh[column]
      const most = same ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
      common[row]?.splice(column, 1, most)
    }
  }
  const lines: string[] = []
  let [row, column] = [0, 0]
  while (row < old.length || column < fresh.length) {
    if (row < old.length && old[row] === fresh[column]) {
      row += 1
      column += 1
    } else if (row < old.length && (column === fresh.length || at(row + 1, column) >= at(row, column + 1))) {
      lines.push(`- ${old[row]}`)
      row += 1
    } else {
      lines.push(`+ ${fresh[column]}`)
      column += 1
    }
  }
  return lines
}
