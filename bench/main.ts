/**
 * Runs the benchmarks and shows their tables; writes docs/performance.md once all of them have been measured.
 * Arguments: names of benchmarks, all by default; `--hcloud-upload-image PATH`, a program that is measured, too. What was measured before is kept, so that one can be repeated alone.
 */

import { parseArgs } from 'node:util'
import type { Benchmark } from './bench.ts'
import { command } from './command.ts'
import { fourImages, oneImage } from './end-to-end.ts'
import { describeMachine } from './machine.ts'
import { memory } from './memory.ts'
import { formatSection } from './page.ts'
import { pipelines } from './pipelines.ts'
import { requests } from './requests.ts'
import { keepResult, writePage } from './results.ts'

const BENCHMARKS: readonly Benchmark[] = [oneImage, fourImages, pipelines, requests, command, memory]

const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: { 'hcloud-upload-image': { type: 'string' } },
})
const names = BENCHMARKS.map(({ name }) => name)
const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${names.join(', ')}.`)
  process.exit(2)
}

for (const { name, title, run } of BENCHMARKS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const began = Date.now()
  const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${name}: ${text}`)
  const section = await run(say, { uploadImage: values['hcloud-upload-image'] })
  const measured = { title, section, date: new Date().toISOString().slice(0, 10) }
  say(`took ${Math.round((Date.now() - began) / 1000)} s`)
  console.log(formatSection(measured))
  await keepResult(name, measured)
}
console.error(await writePage(names, describeMachine))
