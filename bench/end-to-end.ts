/** A whole build, with the latencies of a real cloud and machines that really boot: ours, and Packer with the old template. */

import { type Benchmark, formatSeconds, type Goal, ratioGoal, type Section, type Table } from './bench.ts'
import { measureLimit } from './end-to-end/limit.ts'
import { buildWithOurs } from './end-to-end/ours.ts'
import { buildWithPacker } from './end-to-end/packer.ts'
import { openScene, type Role } from './end-to-end/scene.ts'
import { STEPS, type Step, type Timed } from './end-to-end/steps.ts'

const ROLES: readonly Role[] = ['control-plane', 'worker']
const SERVER_TYPE = 'cx23'
/** What of a step is not the tool's to shorten: the emulated cloud takes as long for each as a real one does. */
const CLOUD_STEPS: readonly Step[] = ['server', 'snapshot', 'clean-up']

type Say = (text: string) => void

export const oneImage: Benchmark = { name: 'one-image', title: 'One image, end to end', run: compareOne }

export const fourImages: Benchmark = {
  name: 'four-images',
  title: 'Four images, end to end',
  async run(say) {
    const cheap = await oneAndFour(say)
    const four = await compareFour(say)
    return { tables: [four.table, cheap.table], goals: cheap.goals }
  },
}

async function compareOne(say: Say): Promise<Section> {
  await using scene = await openScene('qemu', [undefined])
  say('one image, ours')
  const ours = await buildWithOurs(scene, ['--arch', 'x86'])
  await scene.reset()
  say('one image, the least that it can take')
  const limit = await measureLimit(scene, SERVER_TYPE)
  await scene.reset()
  say('one image, Packer')
  const packer = await buildWithPacker(scene, undefined, 'x86')
  const readBack = stepMs(ours, 'read back')
  const limitMs = sum(limit)
  const unverifiedMs = ours.ms - readBack
  const cloud = CLOUD_STEPS.map((step) => limit.get(step) ?? 0).reduce((all, ms) => all + ms, 0)
  const why = `the cloud alone takes ${ratio(cloud, packer.ms)} of Packer's time to create a server, snapshot it and delete it; hashing takes most of the rest, since an emulated processor is slow at it`
  const goals: Goal[] = [
    ratioGoal('one image without reading back, compared with Packer', unverifiedMs / packer.ms, 0.25, why),
    ratioGoal('one image, compared with Packer', ours.ms / packer.ms, 0.35, why),
    ratioGoal(
      'one image without reading back, compared with the least that it can take',
      unverifiedMs / limitMs,
      1.15,
      'the difference is in the step write: hashing what is downloaded and what is written, which an emulated processor is slow at',
    ),
  ]
  return { tables: [oneTable(ours, packer), limitTable(ours, limit)], goals }
}

function oneTable(ours: Timed, packer: Timed): Table {
  return {
    title: 'One image on machines in QEMU',
    text: `One x86 image of 1246 MiB on a ${SERVER_TYPE}. The Factory had made it before. "look-ups" is all that is asked before the first server, and the start of the command.`,
    columns: ['step', 'ours', 'Packer', 'ratio'],
    rows: [
      ...STEPS.map((step) => row(step, stepMs(ours, step), stepMs(packer, step))),
      row('**all**', ours.ms, packer.ms),
      row('all without reading back', ours.ms - stepMs(ours, 'read back'), packer.ms),
    ],
  }
}

function limitTable(ours: Timed, limit: ReadonlyMap<Step, number>): Table {
  const readBack = stepMs(ours, 'read back')
  return {
    title: 'Against the limit',
    text: 'The least that the same image can take: each call to the cloud, waited for by asking every 50 ms; a login as soon as the machine takes one; `curl | zstd` onto the disk with no hash and no check.',
    columns: ['step', 'ours', 'limit', 'ratio', 'over it'],
    rows: [
      ...STEPS.map((step) => limitRow(step, stepMs(ours, step), limit.get(step) ?? 0)),
      limitRow('**all**', ours.ms, sum(limit)),
      limitRow('all without reading back', ours.ms - readBack, sum(limit)),
    ],
  }
}

async function compareFour(say: Say) {
  await using scene = await openScene('qemu', ROLES)
  say('four images, ours')
  const ours = await buildWithOurs(scene, ['--roles'])
  await scene.reset()
  say('four images, Packer')
  let packerMs = 0
  for (const role of ROLES) packerMs += (await buildWithPacker(scene, role)).ms
  const table: Table = {
    title: 'Four images on machines in QEMU',
    text: 'Both roles, ARM and x86. Packer builds one role after the other, as the old `create.sh --roles` did, both architectures of it at once.',
    columns: ['', 'ours', 'Packer', 'ratio'],
    rows: [row('**all**', ours.ms, packerMs)],
  }
  return { table }
}

async function oneAndFour(say: Say) {
  await using scene = await openScene('namespace', [undefined, ...ROLES])
  say('one image on namespace machines')
  const one = await buildWithOurs(scene, ['--arch', 'x86'])
  await scene.reset()
  say('four images on namespace machines')
  const four = await buildWithOurs(scene, ['--roles'])
  const table: Table = {
    title: 'One image and four, where the processors matter less',
    text: 'On `namespace` machines, which are not emulated, with the same latencies.',
    columns: ['', 'time', 'compared with one'],
    rows: [
      ['one image', formatSeconds(one.ms), ''],
      ['four images', formatSeconds(four.ms), ratio(four.ms, one.ms)],
    ],
  }
  const why = 'all four are written and read back by the same two processors'
  return { table, goals: [ratioGoal('four images, compared with one', four.ms / one.ms, 1.3, why)] }
}

const stepMs = ({ steps }: Timed, step: Step): number => steps.get(step) ?? 0
const sum = (steps: ReadonlyMap<Step, number>): number => [...steps.values()].reduce((all, ms) => all + ms, 0)
const ratio = (ms: number, other: number): string => (other === 0 ? '' : `${(ms / other).toFixed(2)} x`)
const row = (name: string, ms: number, other: number): string[] => [
  name,
  formatSeconds(ms),
  formatSeconds(other),
  ratio(ms, other),
]
const limitRow = (name: string, ms: number, least: number): string[] => [
  ...row(name, ms, least),
  formatSeconds(Math.max(0, ms - least)),
]
