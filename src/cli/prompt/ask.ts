/** Questions in a terminal. */

import { TalosImageError } from '../../errors.ts'
import type { Io } from '../io.ts'
import { createPaint } from '../render/paint.ts'
import { type PickConfig, pick } from './pick.ts'

export type Question = Pick<PickConfig, 'message' | 'choices' | 'preset' | 'many'>

/** Whether there is somebody to answer. */
export const canAsk = ({ stdinIsTerminal, errIsTerminal }: Io): boolean => stdinIsTerminal && errIsTerminal

/**
 * Asks on standard error, since results go to standard output.
 * @param undone what the end of the command leaves as it was, such as `nothing was written`
 * @throws TalosImageError `interrupted` after Ctrl-C or Ctrl-D at the question
 */
export async function ask(io: Io, question: Question, undone: string): Promise<readonly string[]> {
  const { colors, ascii } = io.errStyle
  const config = { ...question, paint: createPaint(colors), ascii, columns: io.columns() }
  try {
    return await pick(config, { output: process.stderr, signal: io.signal })
  } catch (error) {
    io.signal.throwIfAborted()
    // Ctrl-C and Ctrl-D at the prompt.
    if (error instanceof Error && error.name === 'ExitPromptError') {
      throw new TalosImageError({ code: 'interrupted', message: `stopped at a question; ${undone}` })
    }
    throw error
  }
}

/** A question that enter alone answers with no. @throws as {@link ask} */
export async function confirm(io: Io, message: string, undone: string): Promise<boolean> {
  const choices = ['no', 'yes'].map((value) => ({ value, label: value, note: '' }))
  return (await ask(io, { message, choices, preset: ['no'], many: 'one' }, undone)).includes('yes')
}
