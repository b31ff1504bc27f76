/** The signs that pictures on a terminal are made of. Each is one column wide. */

export interface Glyphs {
  /** A wheel that turns. */
  readonly frames: string
  readonly waiting: string
  readonly done: string
  readonly failed: string
  readonly full: string
  readonly empty: string
  readonly ellipsis: string
  readonly note: string
}

export const UNICODE_GLYPHS: Glyphs = {
  frames: '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏',
  waiting: '·',
  done: '✔',
  failed: '✘',
  full: '━',
  empty: '─',
  ellipsis: '…',
  note: '!',
}

export const ASCII_GLYPHS: Glyphs = {
  frames: '|/-\\',
  waiting: '.',
  done: '+',
  failed: 'x',
  full: '#',
  empty: '-',
  ellipsis: '~',
  note: '!',
}
