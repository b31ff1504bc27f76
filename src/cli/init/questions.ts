/** The questions of `init`, in a terminal. */

import { ARCHITECTURES } from '../../domain.ts'
import { TalosImageError } from '../../errors.ts'
import { printable } from '../../util/printable.ts'
import type { Io } from '../io.ts'
import { type PickConfig, pick } from '../prompt/pick.ts'
import { createPaint } from '../render/paint.ts'
import { type Questions, shortName } from './answers.ts'
import { LOCATIONS } from './locations.ts'

type Question = Pick<PickConfig, 'message' | 'choices' | 'preset' | 'many'>

/** Asks on standard error, since results go to standard output. Ctrl-C at a question ends the command. */
export function askAtTerminal(io: Io): Questions {
  const ask = async (question: Question): Promise<readonly string[]> => {
    const { colors, ascii } = io.errStyle
    const config = { ...question, paint: createPaint(colors), ascii, columns: io.columns() }
    try {
      return await pick(config, { output: process.stderr, signal: io.signal })
    } catch (error) {
      io.signal.throwIfAborted()
      // Ctrl-C and Ctrl-D at the prompt.
      if (error instanceof Error && error.name === 'ExitPromptError') {
        throw new TalosImageError({ code: 'interrupted', message: 'stopped at a question; nothing was written' })
      }
      throw error
    }
  }
  const askForOne = async (question: Omit<Question, 'many'>): Promise<string> =>
    (await ask({ ...question, many: 'one' }))[0] ?? ''

  return {
    talosVersion: (versions, newest) =>
      askForOne({
        message: 'Talos version:',
        choices: versions.map((value) => ({ value, label: value, note: value === newest ? 'the newest' : '' })),
        preset: [newest],
      }),
    extensions(offered, preset) {
      const choices = offered.map(({ name, description }) => ({
        value: name,
        label: printable(shortName(name)),
        // Some descriptions are whole pages.
        note: printable(description.replaceAll(/\s+/g, ' ').trim()),
      }))
      const isPreset = ({ value }: { readonly value: string }): boolean => preset.includes(value)
      const sorted = [...choices.filter(isPreset), ...choices.filter((choice) => !isPreset(choice))]
      return ask({ message: 'System extensions:', choices: sorted, preset, many: 'any' })
    },
    async architectures() {
      const choices = [
        { value: 'arm', label: 'arm', note: 'Ampere servers, such as cax11' },
        { value: 'x86', label: 'x86', note: 'Intel and AMD servers, such as cx23' },
      ]
      const chosen = await ask({ message: 'Architectures:', choices, preset: ARCHITECTURES, many: 'some' })
      return ARCHITECTURES.filter((architecture) => chosen.includes(architecture))
    },
    location: () =>
      askForOne({
        message: 'Location of the build servers (snapshots can be used at every location):',
        choices: LOCATIONS.map(({ name, place }) => ({ value: name, label: name, note: place })),
        preset: ['fsn1'],
      }),
  }
}
