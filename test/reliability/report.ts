/** The figures of a run of all faults, for `docs/reliability.md`. */

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Trial, UNPROVEN } from './trial.ts'

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url))
interface Figures {
  tried: number
  recovered: number
  failedCleanly: number
  named: number
  leftBehind: number
  wrong: number
  unproven: number
}

/** Writes the table between its comments, and prints it. */
export async function writeReport(trials: readonly Trial[], ms: number): Promise<void> {
  await writePart('figures', formatReport(trials, ms))
}

/** Writes what became of builds whose actions fail by chance. @param share percent */
export async function writeChances(trials: readonly Trial[], share: number, seed: number): Promise<void> {
  const built = trials.filter((trial) => trial.built)
  const right = built.filter(({ defects }) => defects.length === 0)
  const faults = trials.reduce((sum, { occurrences }) => sum + occurrences, 0)
  const text = [
    `${trials.length} builds in which each action failed with a probability of ${share} % (seed ${seed}; ${faults} failed): ${built.length} succeeded,`,
    `${right.length} of them with exactly one snapshot, the right one, and nothing left behind.`,
  ]
  await writePart('chances', text.join('\n'))
}

async function writePart(name: string, text: string): Promise<void> {
  process.stdout.write(`\n${text}\n`)
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const page = await readFile(PAGE, 'utf8')
  const [before, rest = ''] = page.split(start)
  const after = rest.split(end)[1]
  if (after === undefined) throw new Error(`${PAGE} has no place for the ${name}`)
  await writeFile(PAGE, `${before}${start}\n${text}\n${end}${after}`)
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
    '| fault | tried | built all the same | failed cleanly | left behind, named and removed as told | left behind otherwise | wrong snapshots | published unproven |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    formatRow('**all**', all),
  ].join('\n')
}

const newFigures = (): Figures => ({
  tried: 0,
  recovered: 0,
  failedCleanly: 0,
  named: 0,
  leftBehind: 0,
  wrong: 0,
  unproven: 0,
})

function count(figures: Figures, { built, leftovers, defects }: Trial): void {
  figures.tried += 1
  if (defects.includes(UNPROVEN)) figures.unproven += 1
  else if (defects.some((defect) => defect.includes('is wrong'))) figures.wrong += 1
  else if (defects.length > 0) figures.leftBehind += 1
  else if (leftovers.length > 0) figures.named += 1
  else if (built) figures.recovered += 1
  else figures.failedCleanly += 1
}

function formatRow(
  kind: string,
  { tried, recovered, failedCleanly, named, leftBehind, wrong, unproven }: Figures,
): string {
  return `| ${[kind, tried, recovered, failedCleanly, named, leftBehind, wrong, unproven].join(' | ')} |`
}
