/** How many API requests builds take, out of those that a whole project has in an hour. */

import { type Benchmark, formatSeconds, type Goal, type Table } from './bench.ts'
import { BUDGET, type Count, count } from './requests/count.ts'
import { buildWithOurs } from './requests/ours.ts'
import { buildWithPacker, PACKER_SSH_PORT } from './requests/packer.ts'
import { type Beginning, openPlace, type PlaceOptions, prepare } from './requests/place.ts'

interface Run {
  readonly who: 'ours' | 'Packer'
  readonly builds: number
  /** How fast the cloud is, compared with the latencies that are taken for realistic. */
  readonly pace: number
  readonly ms: number
  readonly count: Count
}

type Say = (text: string) => void

const MOST_FOR_ONE = 20
const MOST_EACH_OF_100 = 10

export const requests: Benchmark = {
  name: 'requests',
  title: 'API requests',
  async run(say) {
    await using beginning = await prepare()
    const runs = await measure(beginning, say)
    return { tables: [concurrencyTable(runs), paceTable(runs)], goals: toGoals(runs) }
  },
}

/** All in real time and, save for what needs the same port or most of the computer, at the same time. */
async function measure(beginning: Beginning, say: Say): Promise<Run[]> {
  const run = async (who: Run['who'], builds: number, options: PlaceOptions = {}): Promise<Run> => {
    const name = `${who}-${builds}-${options.pace ?? 1}`
    await using place = await openPlace(beginning, name, options)
    say(`${name} begins`)
    const wanted = builds === 4 ? 'roles' : 'one'
    const beganMs = performance.now()
    if (who === 'Packer') await buildWithPacker(place, wanted, beginning)
    else await buildWithOurs(place, wanted, builds === 4 ? 1 : builds)
    const ms = performance.now() - beganMs
    say(`${name}: ${place.seen.length} requests in ${formatSeconds(ms)}`)
    return { who, builds, pace: options.pace ?? 1, ms, count: count(place.seen) }
  }
  const port = { sshPort: PACKER_SSH_PORT }
  // Many machines that boot keep the processors busy, so the small runs go first. Two Packers cannot have the same port.
  const halfAsFast = run('ours', 1, { pace: 0.5 })
  const few = [run('ours', 1), run('ours', 1, { pace: 2 }), run('ours', 4), run('Packer', 1, port)]
  const many = Promise.all(few).then(() => Promise.all([run('ours', 25), run('ours', 100), run('Packer', 4, port)]))
  return (await Promise.all([...few, halfAsFast, many])).flat()
}

const KINDS = ['requests', 'looks at actions', 'looks at servers', 'changes', 'other look-ups']

function kindCells({ count: seen }: Run): string[] {
  return [seen.all, seen.polls, seen.servers, seen.changes, seen.lookUps].map(String)
}

function concurrencyTable(runs: readonly Run[]): Table {
  const shown = runs.filter(({ pace }) => pace === 1).sort((a, b) => a.who.localeCompare(b.who) || a.builds - b.builds)
  return {
    title: 'Builds at once',
    text: `All requests of a run, from planning to the end of its clean-up, as the emulated cloud has counted them; in real time, with the latencies of a real cloud, on \`namespace\` machines, with a disk image of 16 MiB so that the processors matter little. Nothing is left out: each build has a server, a disk that is written and read back over SSH, and a snapshot. Four are both roles, ARM and x86, for which Packer runs twice at the same time. The 25 and 100 images are the one x86 image so many times in one run, each with a name and an identity of its own. A project has ${BUDGET} requests an hour, of which one comes back a second. Several runs share the computer, so the times are rough.`,
    columns: [
      '',
      'builds',
      'each',
      ...KINDS,
      'most in a minute',
      `least left of ${BUDGET}`,
      'refused (429)',
      'time',
      'compared with Packer',
    ],
    rows: shown.map((run) => [
      run.who,
      String(run.builds),
      each(run).toFixed(1),
      ...kindCells(run),
      String(run.count.mostInAMinute),
      String(run.count.leastLeft),
      String(run.count.refused),
      formatSeconds(run.ms),
      compare(run, shown),
    ]),
  }
}

function paceTable(runs: readonly Run[]): Table {
  const shown = runs.filter(({ who, builds }) => who === 'ours' && builds === 1).sort((a, b) => a.pace - b.pace)
  return {
    title: 'Clouds of another pace',
    text: 'How often an action is looked at depends on how long it takes. This is one build where everything in the cloud, the boot included, takes twice or half as long.',
    columns: ['the cloud takes', ...KINDS, 'time'],
    rows: shown.map((run) => [`${1 / run.pace} x`, ...kindCells(run), formatSeconds(run.ms)]),
  }
}

function toGoals(runs: readonly Run[]): Goal[] {
  const find = (builds: number): Run => {
    const found = runs.find((run) => run.who === 'ours' && run.builds === builds && run.pace === 1)
    if (found === undefined) throw new Error(`there was no run of ${builds}`)
    return found
  }
  const ours = runs.filter(({ who }) => who === 'ours')
  const least = Math.min(...ours.map(({ count: { leastLeft } }) => leastLeft))
  const refused = ours.reduce((sum, { count: seen }) => sum + seen.refused, 0)
  return [
    atMost('requests for one build', each(find(1)), MOST_FOR_ONE),
    atMost('requests for each of 100 builds at once', each(find(100)), MOST_EACH_OF_100),
    {
      what: 'the hourly budget of a project',
      goal: 'never used up',
      measured: `at least ${least} of ${BUDGET} left, ${refused} refused`,
      holds: least > 0 && refused === 0,
    },
  ]
}

function atMost(what: string, measured: number, most: number): Goal {
  const goal = { what, goal: `at most ${most}`, measured: measured.toFixed(1).replace('.0', '') }
  return measured <= most ? { ...goal, holds: true } : { ...goal, holds: false, why: WHY_MORE }
}

const WHY_MORE =
  'each image takes seven changes and two looks that its safety needs: whether rescue is enabled, and whether the snapshot is as planned and the only one; the rest are looks at actions, and what a run needs once: what there is and costs, its SSH key, what earlier runs left behind, and whether primary IPs went with their servers'

const each = (run: Run): number => run.count.all / run.builds

function compare(run: Run, runs: readonly Run[]): string {
  const packer = runs.find(({ who, builds }) => who === 'Packer' && builds === run.builds)
  if (packer === undefined || packer === run) return ''
  return `${(run.count.all / packer.count.all).toFixed(2)} x`
}
