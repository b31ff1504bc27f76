/** What Packer prints, and how: lines with the name of their build in front, or rows for programs (`-machine-readable`). */

import type { Io } from '../io.ts'

/** Says something about one build, or about all of them. */
export interface PackerUi {
  /** @param build which one; undefined for all of them */
  say(text: string, build?: string): void
  error(text: string, build?: string): void
  /** A row that only programs get. @param target the build's name; empty for all of them */
  row(target: string, type: string, ...data: readonly string[]): void
  /** Says in which color each build speaks, where there are colors. */
  introduce(builds: readonly string[]): void
}

export interface PackerUiOptions {
  readonly machine: boolean
  readonly colors: boolean
  /** Whether each line about a build begins with its time. */
  readonly timestamps: boolean
}

const RED = 31
/** Green, cyan, magenta, yellow, blue: by the place of a build among all. Source: Packer 1.6.6 and 1.16. */
const COLORS = [32, 36, 35, 33, 34]

export function createPackerUi(
  { out }: Pick<Io, 'out'>,
  { machine, colors, timestamps }: PackerUiOptions,
  now: () => Date = () => new Date(),
): PackerUi {
  const numbers = new Map<string, number>()
  const row: PackerUi['row'] = (target, type, ...data) => {
    if (!machine) return
    const seconds = String(Math.floor(now().getTime() / 1000))
    out(`${[seconds, target, type, ...data.map(escapeField)].join(',')}\n`)
  }
  const write = (level: 'say' | 'error', text: string, build: string | undefined): void => {
    const time = timestamps && build !== undefined ? `${now().toISOString().slice(0, 19)}Z: ` : ''
    if (machine) row('', 'ui', level, time + text)
    else if (build === undefined || !colors) out(`${time}${text}\n`)
    else out(`${paint(time + text, level === 'error' ? RED : (numbers.get(build) ?? RED))}\n`, true)
  }
  return {
    row,
    say: (text, build) => write('say', text, build),
    error: (text, build) => write('error', text, build),
    introduce(builds) {
      for (const [index, build] of builds.entries()) {
        numbers.set(build, COLORS[index % COLORS.length] ?? RED)
        if (colors && !machine)
          out(`${paint(`${build}: output will be in this color.`, numbers.get(build) ?? RED)}\n`, true)
      }
      if (colors && !machine) out('\n')
    },
  }
}

/** As two marks: what may be printed holds one number each. */
const paint = (text: string, color: number): string => `\u001b[1m\u001b[${color}m${text}\u001b[0m`

/** Commas and line breaks are written otherwise. */
function escapeField(field: string): string {
  return field.replaceAll(',', '%!(PACKER_COMMA)').replaceAll('\r', '\\r').replaceAll('\n', '\\n')
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
] as const

/** `3 seconds 402 milliseconds`: the two biggest units that there are. */
export function formatPackerDuration(ms: number): string {
  let left = Math.max(1, Math.round(ms))
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size)
    left %= size
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`)
  }
  return parts.slice(0, 2).join(' ')
}
