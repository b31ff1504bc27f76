/** What was measured, kept between runs, so that one benchmark can be repeated without all the others. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import * as v from 'valibot'
import { formatPage, type Machine, type Measured } from './page.ts'

const FOLDER = 'bench/.built/results'
const PAGE = 'docs/performance.md'

const Table = v.object({
  title: v.string(),
  text: v.exactOptional(v.string()),
  columns: v.array(v.string()),
  rows: v.array(v.array(v.string())),
})
const Goal = v.object({
  what: v.string(),
  goal: v.string(),
  measured: v.string(),
  holds: v.boolean(),
  why: v.exactOptional(v.string()),
})
const Result = v.object({
  title: v.string(),
  date: v.string(),
  section: v.object({ tables: v.array(Table), goals: v.array(Goal) }),
})

/** Puts a result where the next run finds it. */
export async function keepResult(name: string, measured: Measured): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  await writeFile(`${FOLDER}/${name}.json`, JSON.stringify(measured))
}

/**
 * Writes the page when there is a result of each benchmark.
 * @returns what became of it, in words
 */
export async function writePage(names: readonly string[], describeMachine: () => Promise<Machine>): Promise<string> {
  const results: Measured[] = []
  const missing: string[] = []
  for (const name of names) {
    const text = await readFile(`${FOLDER}/${name}.json`, 'utf8').catch(() => undefined)
    if (text === undefined) missing.push(name)
    else results.push(v.parse(Result, JSON.parse(text)))
  }
  if (missing.length > 0) return `${PAGE} waits for ${missing.join(', ')}.`
  await writeFile(PAGE, formatPage(await describeMachine(), results))
  return `${PAGE} is written.`
}
