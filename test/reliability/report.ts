/** The figures of a run of all faults, for `docs/reliability.md`. */

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Trial } from './trial.ts'

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url))
const [START, END] = ['<!-- figures -->', '<!-- /figures -->']

interface Figures {
  tried: number
  recovered: number
  failedCleanly: number
  named: number
  leftBehind: number
  wrong: number
}

/** Writes the table between its comments, and prints it. */
export async function writeReport(trials: readonly Trial[], ms: number): Promise<void> {
  const text = formatReport(trials, ms)
  process.stdout.write(`\n${text}\n`)
  const page = await readFile(PAGE, 'utf8')
  const [before, rest = ''] = page.split(START)
  const after = rest.split(END)[1]
  if (after === undefined) throw new Error(`${PAGE} has no place for the figures`)
  await writeFile(PAGE, `${before}${START}\n${text}\n${END}${after}`)
}

function formatReport(trials: readonly Trial[], ms: number): string {
  const kinds = new Map<string, Figures>()
  const all = newFigures()
  for (const trial of trials) {
    const kind = trial.fault?.kind ?? ''
    const figures = kinds.get(kind) ?? newFigures()
    kinds.set(kind, figures)
    for (const one of [figures, all]) count(one, trial)
  }
  const rows = [...kinds].map(([kind, figures]) => formatRow(kind, figures))
  const [passing, lasting] = [true, false].map((passes) => trials.filter(({ fault }) => fault?.passes === passes))
  return [
    `${trials.length} builds, each with one fault, in ${Math.round(ms / 60_000)} minutes (Node.js ${process.version}).`,
    `Of ${passing?.length} faults that pass, ${passing?.filter(({ built }) => built).length} were survived; of ${lasting?.length}`,
    `that stay or end an action, ${lasting?.filter(({ built }) => built).length}.`,
    '',
    '| fault | tried | built all the same | failed cleanly | left behind, named and removed as told | left behind otherwise | wrong snapshots |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    formatRow('**all**', all),
  ].join('\n')
}

const newFigures = (): Figures => ({ tried: 0, recovered: 0, failedCleanly: 0, named: 0, leftBehind: 0, wrong: 0 })

function count(figures: Figures, { built, leftovers, defects }: Trial): void {
  figures.tried += 1
  if (defects.some((defect) => defect.includes('is wrong'))) figures.wrong += 1
  else if (defects.length > 0) figures.leftBehind += 1
  else if (leftovers.length > 0) figures.named += 1
  else if (built) figures.recovered += 1
  else figures.failedCleanly += 1
}

function formatRow(kind: string, { tried, recovered, failedCleanly, named, leftBehind, wrong }: Figures): string {
  return `| ${[kind, tried, recovered, failedCleanly, named, leftBehind, wrong].join(' | ')} |`
}
