/** A question with a list: type to search, arrows to move, and, where several can be chosen, space to choose. */

import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isSpaceKey,
  isTabKey,
  isUpKey,
  useKeypress,
  usePagination,
  usePrefix,
  useState,
} from '@inquirer/core'
import type { Paint } from '../render/paint.ts'

export interface Choice {
  readonly value: string
  /** What is shown, and searched. */
  readonly label: string
  /** What it is about; searched, too. */
  readonly note: string
}

export interface PickConfig {
  readonly message: string
  /** At least one. */
  readonly choices: readonly Choice[]
  /** Values that are chosen from the start; of a single choice, where the list begins. */
  readonly preset: readonly string[]
  /** How many are to be chosen: one, one at least, or any number. */
  readonly many: 'one' | 'some' | 'any'
  readonly paint: Paint
  readonly ascii: boolean
  /** Columns of the terminal. */
  readonly columns: number
}

/** Rows of the list that are shown at once. */
const PAGE = 8

/** Asks, and gives the chosen values in the order of the list. */
export const pick = createPrompt<readonly string[], PickConfig>((config, done) => {
  const { message, choices, many, paint } = config
  const [status, setStatus] = useState<'idle' | 'done'>('idle')
  const [term, setTerm] = useState('')
  const [chosen, setChosen] = useState(config.preset)
  const [active, setActive] = useState(firstOf(config))
  const [complaint, setComplaint] = useState('')
  const prefix = usePrefix({ status })
  const shown = search(choices, term)
  const current = shown[active]

  useKeypress((key, readline) => {
    if (status === 'done') return
    // The key may have changed the line of the search: only what is typed belongs there.
    const restore = (): void => {
      readline.clearLine(0)
      readline.write(term)
    }
    if (isEnterKey(key)) {
      const answer = many === 'one' ? shown.slice(active, active + 1).map(({ value }) => value) : chosen
      if (answer.length === 0 && many !== 'any') {
        restore()
        setComplaint(
          many === 'one'
            ? 'nothing matches; delete some letters with Backspace'
            : 'choose at least one with the space bar',
        )
        return
      }
      setChosen(answer)
      setStatus('done')
      done(choices.map(({ value }) => value).filter((value) => answer.includes(value)))
      return
    }
    setComplaint('')
    if (isUpKey(key) || isDownKey(key)) {
      restore()
      setActive(Math.min(Math.max(active + (isUpKey(key) ? -1 : 1), 0), Math.max(shown.length - 1, 0)))
    } else if (isTabKey(key) || (many !== 'one' && isSpaceKey(key))) {
      restore()
      if (many !== 'one' && current !== undefined) setChosen(toggle(chosen, current.value))
    } else if (readline.line !== term) {
      setTerm(readline.line)
      setActive(0)
    }
  })

  const page = usePagination({
    items: shown,
    active,
    pageSize: PAGE,
    loop: false,
    renderItem: ({ item, isActive }) => formatChoice(item, isActive, chosen.includes(item.value), config),
  })
  if (status === 'done') return `${prefix} ${paint('strong', message)} ${paint('accent', describe(choices, chosen))}`
  const keys = many === 'one' ? 'type to search, enter to take' : 'type to search, space to choose, enter when done'
  const count = many === 'one' ? '' : `${chosen.length} chosen; `
  const list = shown.length === 0 ? '  nothing is called that' : page
  const foot = complaint === '' ? paint('faint', `  ${count}${keys}`) : paint('warning', `  ${complaint}`)
  return [`${prefix} ${paint('strong', message)} ${term}`, `${list}\n${foot}`]
})

/** The choices that hold all words of the text; those whose label does come first. */
export function search(choices: readonly Choice[], text: string): readonly Choice[] {
  const words = text.toLowerCase().split(/\s+/)
  const holds = (place: string): boolean => words.every((word) => place.toLowerCase().includes(word))
  const byLabel = choices.filter(({ label }) => holds(label))
  const byNote = choices.filter((choice) => !byLabel.includes(choice) && holds(`${choice.label} ${choice.note}`))
  return [...byLabel, ...byNote]
}

function firstOf({ many, choices, preset }: PickConfig): number {
  const [wanted] = many === 'one' ? preset : []
  return Math.max(
    0,
    choices.findIndex(({ value }) => value === wanted),
  )
}

/** One line of the list; a note that would need a second line is cut. */
function formatChoice(choice: Choice, isActive: boolean, isChosen: boolean, config: PickConfig): string {
  const { many, ascii, columns, paint } = config
  const pointer = isActive ? (ascii ? '>' : '❯') : ' '
  const box = many === 'one' ? '' : isChosen ? '[x] ' : '[ ] '
  const label = `${pointer} ${box}${choice.label}`
  const room = columns - label.length - 3
  const note = room < 8 || choice.note === '' ? '' : `  ${choice.note.slice(0, room)}`
  return `${paint(isActive ? 'accent' : undefined, label)}${paint('faint', note)}`
}

function toggle(chosen: readonly string[], value: string): readonly string[] {
  return chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]
}

function describe(choices: readonly Choice[], chosen: readonly string[]): string {
  const labels = choices.filter(({ value }) => chosen.includes(value)).map(({ label }) => label)
  return labels.length === 0 ? 'none' : labels.join(', ')
}
