/** Frames of a terminal as an SVG that plays once and stays at its end; where nothing moves, only the end is seen. */

import type { Frame, Look, Piece } from './frames.ts'

export interface DrawOptions {
  readonly columns: number
  readonly rows: number
  /** What stands on top of the window, and is read out in the place of the picture. */
  readonly title: string
  readonly secondsPerFrame: number
}

/** In pixels, for letters of 14: monospace fonts are about 0.6 wide. */
const CELL = { width: 8.4, height: 19 } as const
const MARGIN = 16
const BAR = 34

/** Of a dark terminal, whatever the page around it. The numbers are those of a terminal. */
const COLORS: ReadonlyMap<number, string> = new Map([
  [1, '#ff7b72'],
  [2, '#56d364'],
  [3, '#e3b341'],
  [6, '#76e3ea'],
])

const STYLE = `text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;fill:#e6edf3}
.b{font-weight:bold}.d{fill:#9198a1}
${[...COLORS].map(([number, color]) => `.c${number}{fill:${color}}`).join('')}
.t{visibility:hidden}
@keyframes s{from,to{visibility:visible}}
@keyframes h{from,to{visibility:hidden}}
@media(prefers-reduced-motion:reduce){text{animation:none!important}}`

/** A piece, and the frames in which it is seen: from the first one to before the other. */
interface Stay {
  readonly piece: Piece
  readonly from: number
  readonly until: number
}

/** The whole document. */
export function drawSvg(frames: readonly Frame[], { columns, rows, title, secondsPerFrame }: DrawOptions): string {
  const width = Math.round(columns * CELL.width) + 2 * MARGIN
  const height = BAR + rows * CELL.height + MARGIN
  const stays = findStays(frames)
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (color, index) => `<circle cx="${20 + index * 20}" cy="17" r="6" fill="${color}"/>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<style>${STYLE}</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10" fill="#0d1117" stroke="#6e7681"/>
${dots.join('')}
<text x="${width / 2}" y="22" text-anchor="middle" class="d">${escapeXml(title)}</text>
${stays.map((stay) => drawStay(stay, frames.length, secondsPerFrame)).join('\n')}
</svg>
`
}

/** What does not change from one frame to the next is drawn once. */
function findStays(frames: readonly Frame[]): Stay[] {
  const stays: Stay[] = []
  let open = new Map<string, Stay>()
  for (const [index, frame] of [...frames, []].entries()) {
    const still = new Map<string, Stay>()
    for (const piece of frame) {
      const key = JSON.stringify(piece)
      still.set(key, open.get(key) ?? { piece, from: index, until: frames.length })
      open.delete(key)
    }
    stays.push(...[...open.values()].map((stay) => ({ ...stay, until: index })))
    open = still
  }
  return stays.toSorted((a, b) => a.from - b.from || a.piece.row - b.piece.row || a.piece.column - b.piece.column)
}

function drawStay({ piece, from, until }: Stay, count: number, secondsPerFrame: number): string {
  const { column, row, text, look } = piece
  const seconds = (frames: number): string => `${Number((frames * secondsPerFrame).toFixed(2))}s`
  const isLast = until === count
  const classes = [...classesOf(look), ...(isLast ? [] : ['t'])]
  const animation = isLast ? `h ${seconds(from)}` : `s ${seconds(until - from)} ${seconds(from)}`
  const attributes = [
    `x="${Number((MARGIN + column * CELL.width).toFixed(1))}"`,
    `y="${BAR + (row + 1) * CELL.height - 5}"`,
    // Signs out of another font may be wider or narrower than letters.
    ...(/^[ -~]*$/.test(text) ? [] : [`textLength="${Number(([...text].length * CELL.width).toFixed(1))}"`]),
    ...(classes.length === 0 ? [] : [`class="${classes.join(' ')}"`]),
    ...(isLast && from === 0 ? [] : [`style="animation:${animation}"`]),
  ]
  return `<text ${attributes.join(' ')}>${escapeXml(text)}</text>`
}

function classesOf({ color, bold, dim }: Look): string[] {
  return [
    ...(color === undefined || !COLORS.has(color) ? [] : [`c${color}`]),
    ...(bold ? ['b'] : []),
    ...(dim ? ['d'] : []),
  ]
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
