/** The questions of `init`, in a terminal. */

import { ARCHITECTURES } from '../../domain.ts'
import { printable } from '../../util/printable.ts'
import type { Io } from '../io.ts'
import { ask as askIn, type Question } from '../prompt/ask.ts'
import { type Questions, shortName } from './answers.ts'
import { LOCATIONS } from './locations.ts'

/** Asks on standard error, since results go to standard output. Ctrl-C at a question ends the command. */
export function askAtTerminal(io: Io): Questions {
  const ask = (question: Question): Promise<readonly string[]> => askIn(io, question, 'nothing was written')
  const askForOne = async (question: Omit<Question, 'many'>): Promise<string> =>
    (await ask({ ...question, many: 'one' }))[0] ?? ''

  return {
    talosVersion: (versions, newest, preset) =>
      askForOne({
        message: 'Talos version:',
        choices: versions.map((value) => ({ value, label: value, note: value === newest ? 'the newest' : '' })),
        preset: [preset],
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
    async architectures(preset) {
      const choices = [
        { value: 'arm', label: 'arm', note: 'Ampere servers, such as cax11' },
        { value: 'x86', label: 'x86', note: 'Intel and AMD servers, such as cx23' },
      ]
      const chosen = await ask({ message: 'Architectures:', choices, preset, many: 'some' })
      return ARCHITECTURES.filter((architecture) => chosen.includes(architecture))
    },
    location: (preset = 'fsn1') =>
      askForOne({
        message: 'Location of the build servers (snapshots can be used at every location):',
        choices: toLocationChoices(preset),
        preset: [preset],
      }),
  }
}

/** The locations that are known, and the one that is set already. */
function toLocationChoices(preset: string): Question['choices'] {
  const known = LOCATIONS.map(({ name, place }) => ({ value: name, label: name, note: place }))
  if (known.some(({ value }) => value === preset)) return known
  return [{ value: preset, label: preset, note: 'as it is set' }, ...known]
}
