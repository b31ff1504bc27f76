/** The last thing that happens to a text before it is printed: what it says is shown, not obeyed. */

import { escapeControls, withoutCommands } from '../util/printable.ts'
import { redact } from '../util/redact.ts'

export interface OutputKind {
  /** Whether the colors of `render/paint.ts` may be among it. */
  readonly colors: boolean
  /** Whether the runner of GitHub Actions reads it. */
  readonly isRunner: boolean
}

/** What `render/paint.ts` writes around a text: one number for each style. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is the character that begins a color
const PAINT = /(\u001b\[\d{1,2}m)/

/**
 * The text as it may be printed: without secrets, control characters, and commands to a runner. Every text goes through this,
 * whatever was done to it before: names and descriptions may come from others who use the same project.
 */
export function safeOutput(text: string, { colors, isRunner }: OutputKind): string {
  const pieces = colors ? redact(text).split(PAINT) : [redact(text)]
  const plain = pieces.map((piece, index) => (index % 2 === 0 ? escapeControls(piece) : piece)).join('')
  return isRunner ? withoutCommands(plain) : plain
}
