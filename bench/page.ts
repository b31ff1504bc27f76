/** The page of all figures, and what the terminal shows of them. */

import type { Goal, Section, Table } from './bench.ts'

export interface Machine {
  /** Such as "2 x AMD EPYC, 24 GiB". */
  readonly hardware: string
  /** What its machines in QEMU are run by: sentences. */
  readonly machines: string
  /** Name and version of each program that was measured. */
  readonly versions: readonly (readonly [string, string])[]
}

export interface Measured {
  readonly title: string
  /** ISO 8601, UTC. */
  readonly date: string
  readonly section: Section
}

/** The page as Markdown. */
export function formatPage(machine: Machine, measured: readonly Measured[]): string {
  const parts = [
    '# Performance',
    `Written by \`npm run bench\`; all figures of a table come from one run, on ${machine.hardware}. ${machine.machines}`,
    markdownTable({ columns: ['program', 'version'], rows: machine.versions }),
    '## Goals',
    markdownTable({ columns: ['what', 'goal', 'measured', ''], rows: allGoals(measured).map(goalRow) }),
    ...allGoals(measured).flatMap(({ what, holds, why }) => (holds || why === undefined ? [] : [`- ${what}: ${why}`])),
    ...measured.flatMap(({ title, date, section }) => [
      `## ${title}`,
      `Measured on ${date}.`,
      ...section.tables.flatMap(tableParts),
    ]),
  ]
  return `${parts.join('\n\n')}\n`
}

/** One section as the terminal shows it: the same text, which reads well there, too. */
export function formatSection(measured: Measured): string {
  const { title, section } = measured
  const goals = section.goals.map(({ what, goal, measured: came, holds, why }) => {
    const reason = holds || why === undefined ? '' : ` (${why})`
    return `- ${what}: ${goal}; measured ${came}: ${holds ? 'holds' : 'missed'}${reason}`
  })
  return `${[`## ${title}`, ...section.tables.flatMap(tableParts), goals.join('\n')].join('\n\n')}\n`
}

const allGoals = (measured: readonly Measured[]): Goal[] => measured.flatMap(({ section }) => section.goals)

const goalRow = ({ what, goal, measured, holds }: Goal): string[] => [what, goal, measured, holds ? 'holds' : 'missed']

function tableParts(table: Table): string[] {
  const text = table.text === undefined ? [] : [table.text]
  return [`### ${table.title}`, ...text, markdownTable(table)]
}

function markdownTable({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}
