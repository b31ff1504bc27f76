/** How much memory the command takes, and what makes it more. */

import { join } from 'node:path'
import { createAnsweringMachines } from '../test/support/answering-machines.ts'
import { ROOT } from '../test/support/command.ts'
import { type Benchmark, formatMib, type Goal, ratioGoal, type Section, type Table } from './bench.ts'
import { openCloud } from './memory/cloud.ts'
import { measureStreaming } from './memory/local-image.ts'
import { measurePeak } from './memory/peak.ts'

type Say = (text: string) => void

/** How much is streamed, in MiB. */
const [SMALL, LARGE] = [256, 2048] as const
/** In bytes. */
const MOST_STREAMING = 120 * 1024 ** 2
const BUILDS = [1, 100] as const
const SNAPSHOTS = [50, 5000] as const
const BUILD_MANY = join(ROOT, 'bench', 'memory', 'build-many.mjs')

export const memory: Benchmark = { name: 'memory', title: 'Memory', run }

async function run(say: Say): Promise<Section> {
  say('nothing at all')
  const idle = await measurePeak(['--version'], { cwd: ROOT })
  const builds = [await measureBuilds(BUILDS[0], say), await measureBuilds(BUILDS[1], say)] as const
  const texts = [await measureList('text', SNAPSHOTS[0], say), await measureList('text', SNAPSHOTS[1], say)] as const
  const documents = [
    await measureList('json', SNAPSHOTS[0], say),
    await measureList('json', SNAPSHOTS[1], say),
  ] as const
  const [small, large] = await measureStreaming([SMALL, LARGE], say)
  if (small === undefined || large === undefined) throw new Error('nothing was streamed')
  const streaming: Table = {
    title: 'A local image, streamed through the command',
    text: `The largest resident set of the process of \`talos-image build --image-file\`, as the kernel tells it, with a raw image to a \`namespace\` machine of a sandbox that is another process. \`--version\` alone takes ${formatMib(idle)}, almost all of it Node.js.`,
    columns: ['image', `${SMALL} MiB`, `${LARGE} MiB`, 'ratio'],
    rows: [row('a file', small.file, large.file), row('standard input', small.stdin, large.stdin)],
  }
  const many: Table = {
    title: 'Many at once',
    text: 'Builds in one run, made by a program that uses the library (the command makes at most four), all of them logged in at the same time. The machines answer over SSH and run nothing; what the command shows of them is left out. The list is `talos-image list`, which needs all of it before it shows any.',
    columns: ['', 'few', 'many', 'ratio', 'each one more'],
    rows: [
      manyRow(`builds: ${BUILDS.join(' and ')}`, builds, BUILDS),
      manyRow(`snapshots in a list: ${SNAPSHOTS.join(' and ')}`, texts, SNAPSHOTS),
      manyRow(`the same as JSON`, documents, SNAPSHOTS),
    ],
  }
  const goals = [
    ratioGoal(`memory for a file of ${LARGE} MiB, compared with ${SMALL} MiB`, large.file / small.file, 1.1),
    ratioGoal(`memory for standard input of ${LARGE} MiB, compared with ${SMALL} MiB`, large.stdin / small.stdin, 1.1),
    mostGoal('memory for a file', large.file, idle),
    mostGoal('memory for standard input', large.stdin, idle),
  ]
  return { tables: [streaming, many], goals }
}

async function measureBuilds(number: number, say: Say): Promise<number> {
  say(number === 1 ? 'one build' : `${number} builds at once`)
  await using cloud = await openCloud(createAnsweringMachines(number))
  const env = { ...cloud.env, SSH_PORT: String(cloud.sandbox.sshPort) }
  return await measurePeak([String(number)], { cwd: ROOT, program: BUILD_MANY, env })
}

async function measureList(form: 'text' | 'json', snapshots: number, say: Say): Promise<number> {
  say(`a list of ${snapshots} snapshots as ${form}`)
  await using cloud = await openCloud('none', snapshots)
  return await measurePeak(['list', '--output', form], { cwd: ROOT, env: cloud.env })
}

const mostGoal = (what: string, bytes: number, idle: number): Goal => ({
  what: `${what} of ${LARGE} MiB`,
  goal: `at most ${formatMib(MOST_STREAMING)}`,
  measured: formatMib(bytes),
  holds: bytes <= MOST_STREAMING,
  why: `Node.js takes ${formatMib(idle)} before it does anything, and collects what was sent only when some 30 MiB of it have gathered; a smaller heap for young objects (\`--max-semi-space-size\`) was tried, and saves less than is missing`,
})

const ratio = (more: number, less: number): string => `${(more / less).toFixed(2)} x`

const row = (name: string, less: number, more: number): string[] => [
  name,
  formatMib(less),
  formatMib(more),
  ratio(more, less),
]

function manyRow(
  name: string,
  [less, more]: readonly [number, number],
  [few, many]: readonly [number, number],
): string[] {
  const each = Math.max(0, more - less) / (many - few)
  return [...row(name, less, more), `${Math.round(each / 1024)} KiB`]
}
