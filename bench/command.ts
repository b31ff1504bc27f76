/** How long it takes until a command begins to do something. */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { CLI, ROOT } from '../test/support/command.ts'
import { type Benchmark, formatSeconds, type Goal, median, ratioGoal, type Table } from './bench.ts'

/** In turns, so that what else the machine does falls on all of them. */
const ROUNDS = 20

const NODE = process.execPath
const BARE = 'node -e 0'
const SCHEMATIC_ID = 'talos-image schematic id FILE'

type Program = readonly [name: string, file: string, ...args: string[]]

const PROGRAMS: readonly Program[] = [
  [BARE, NODE, '-e', '0'],
  ['talos-image --version', NODE, CLI, '--version'],
  ['talos-image --help', NODE, CLI, '--help'],
  [SCHEMATIC_ID, NODE, CLI, 'schematic', 'id', join(ROOT, '_packer', 'schematic.yaml')],
  ['packer version', 'packer', 'version'],
  ['hcloud version', 'hcloud', 'version'],
]

export const command: Benchmark = {
  name: 'command',
  title: 'Starting the command',
  async run(say) {
    const programs = PROGRAMS.filter(isInstalled)
    say(`${ROUNDS} rounds of ${programs.length} programs`)
    const times = new Map<string, number[]>(programs.map(([name]) => [name, []]))
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, file, ...args] of programs) times.get(name)?.push(timeOf(file, args))
    }
    const against = (figure: Figure, name: string): number =>
      figure(times.get(name) ?? []) / figure(times.get(BARE) ?? [])
    const row = ([name, all]: [string, number[]]): string[] => [
      `\`${name}\``,
      ...[median, fastest].flatMap((figure) => [formatSeconds(figure(all)), `${against(figure, name).toFixed(2)} x`]),
    ]
    const table: Table = {
      title: 'Time to start',
      text: `From starting the process to its end, its output into a pipe; ${ROUNDS} rounds in turns. What else a machine does slows a start with many steps more than a bare one, so the fastest of each tells most about the program.`,
      columns: ['', 'median', 'compared with bare Node.js', 'fastest', 'compared with bare Node.js'],
      rows: [...times].map(row),
    }
    const goal = (name: string, atMost: number): Goal => {
      const best = against(fastest, name)
      const why =
        best <= atMost
          ? `the machine was busy: compared by the fastest, it is ${best.toFixed(2)} x`
          : 'loading what knows all commands and their flags takes the difference'
      return ratioGoal(`\`${name}\`, compared with bare Node.js`, against(median, name), atMost, why)
    }
    return {
      tables: [table],
      goals: [goal('talos-image --version', 1.3), goal('talos-image --help', 1.3), goal(SCHEMATIC_ID, 1.6)],
    }
  },
}

type Figure = (times: readonly number[]) => number

const fastest: Figure = (times) => Math.min(...times)

/** Packer and hcloud are optional. This is also the first run of each program, with cold caches. */
function isInstalled([, file, ...args]: Program): boolean {
  return spawnSync(file, args, { stdio: 'ignore' }).error === undefined
}

/** In milliseconds. @throws Error when it does not end well */
function timeOf(file: string, args: readonly string[]): number {
  const began = performance.now()
  // It would ask its maker for news.
  const env = { ...process.env, CHECKPOINT_DISABLE: '1' }
  const { status, error, stderr } = spawnSync(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  const ms = performance.now() - began
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${error?.message ?? stderr}`)
  return ms
}
