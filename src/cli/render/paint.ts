/** Color, for those who can see it. What is meant never depends on it. */

import { styleText } from 'node:util'

const STYLES = {
  good: 'green',
  bad: ['red', 'bold'],
  warning: 'yellow',
  accent: 'cyan',
  strong: 'bold',
  faint: 'dim',
} as const satisfies Record<string, Parameters<typeof styleText>[0]>

export type Style = keyof typeof STYLES

/** Gives the text in a style; text without a style stays as it is. */
export type Paint = (style: Style | undefined, text: string) => string

/** Leaves every text as it is. */
export const NO_PAINT: Paint = (_, text) => text

export function createPaint(colors: boolean): Paint {
  if (!colors) return NO_PAINT
  return (style, text) => {
    if (style === undefined || text === '') return text
    const format = STYLES[style]
    // Whether there is color has been decided: Node.js would look at standard output, which this is not.
    return styleText(typeof format === 'string' ? format : [...format], text, { validateStream: false })
  }
}
