/** A whole build, with the latencies of a real cloud and machines that really boot: ours, and Packer with the old template. */

import { ARCHITECTURES, HCLOUD_TALOS_ROLES } from '../src/domain.ts'
import {
  type Benchmark,
  formatSeconds,
  type Goal,
  type Programs,
  ratioGoal,
  type Section,
  type Table,
} from './bench.ts'
import { measureLimit } from './end-to-end/limit.ts'
import { buildWithOurs } from './end-to-end/ours.ts'
import { buildWithPacker } from './end-to-end/packer.ts'
import { IMAGE_MIB, openScene } from './end-to-end/scene.ts'
import { STEPS, type Step, type Timed } from './end-to-end/steps.ts'
import { uploadImage } from './end-to-end/upload-image.ts'

const SERVER_TYPE = 'cx23'

type Say = (text: string) => void

export const oneImage: Benchmark = { name: 'one-image', title: 'One image, end to end', run: compareOne }

export const fourImages: Benchmark = {
  name: 'four-images',
  title: 'Four images, end to end',
  async run(say) {
    const { table, goals } = await oneAndFour(say)
    return { tables: [table], goals }
  },
}

/** What stands above the first table. */
const HOW_MEASURED = `One x86 image of ${IMAGE_MIB} MiB, some 200 of them data, on a ${SERVER_TYPE}, with the latencies of a real cloud. The Factory had made
it before. "look-ups" is all that is asked before the first server, and the start of the command; "least" is each call to the cloud,
waited for by asking every 50 ms, a login as soon as the machine takes one, and \`curl | zstd\` onto the disk with no hash and no check.`

/** One image on machines of a kind: ours, the least that it can take, hcloud-upload-image and Packer, one after the other. */
async function compareOn(machines: 'qemu' | 'namespace', program: string | undefined, say: Say) {
  const told = (text: string): void => say(`one image, ${machines}, ${text}`)
  await using scene = await openScene(machines, { roles: [undefined], architectures: ['x86'], suffixes: ['zst', 'xz'] })
  told('ours')
  const ours = await buildWithOurs(scene, ['--arch', 'x86'])
  await scene.reset()
  told('the least that it can take')
  const limit = await measureLimit(scene, SERVER_TYPE)
  await scene.reset()
  told('hcloud-upload-image')
  const uploadMs = await uploadImage(scene, SERVER_TYPE, program)
  await scene.reset()
  told('Packer')
  const packer = await buildWithPacker(scene, undefined, 'x86')
  const upload = { ms: uploadMs, isProgram: program !== undefined }
  return { ours, limit, uploadMs, packer, table: oneTable(machines, ours, limit, upload, packer) }
}

async function compareOne(say: Say, { uploadImage: program }: Programs): Promise<Section> {
  const native = await compareOn('namespace', program, say)
  const emulated = await compareOn('qemu', program, say)
  const against = program === undefined ? "hcloud-upload-image's pipeline" : "hcloud-upload-image's whole build"
  const toPacker = sum(native.limit) / native.packer.ms
  const [ourWriting, itsWriting] = [native.ours, native.packer].map((one) => formatSeconds(stepMs(one, 'write')))
  const why = `the least that cloud, boot and raw transfer need is ${toPacker.toFixed(2)} x already; of what is left to a tool, the writing, ours takes ${ourWriting} and Packer ${itsWriting}`
  const goals: Goal[] = [
    ratioGoal(
      `one image, QEMU, verified, against ${against}, which verifies nothing`,
      emulated.ours.ms / emulated.uploadMs,
      1,
    ),
    ratioGoal('one image, QEMU, verified, against Packer', emulated.ours.ms / emulated.packer.ms, 0.3),
    ratioGoal('one image, namespace, verified, against Packer', native.ours.ms / native.packer.ms, 0.6, why),
    ratioGoal(
      'one image, namespace, verified, against what cloud, boot and raw transfer need',
      native.ours.ms / sum(native.limit),
      1.1,
    ),
  ]
  return { tables: [native.table, emulated.table], goals }
}

function oneTable(
  machines: string,
  ours: Timed,
  limit: ReadonlyMap<Step, number>,
  upload: { readonly ms: number; readonly isProgram: boolean },
  packer: Timed & { readonly isWhole: boolean },
): Table {
  const standIn = upload.isProgram
    ? 'hcloud-upload-image ran as its users run it.'
    : 'hcloud-upload-image was not there: its pipeline stands in, with calls to the cloud as quick as they can be.'
  const packerEnd = packer.isWhole ? '' : ' Packer was stopped at its limit, so its time is a lower bound.'
  const seconds = (ms: number | undefined): string => (ms === undefined ? '' : formatSeconds(ms))
  return {
    title: `One image on ${machines} machines`,
    text: `${machines === 'namespace' ? HOW_MEASURED : 'As above.'} ${standIn}${packerEnd}`,
    columns: [
      'step',
      'ours',
      'least',
      upload.isProgram ? 'hcloud-upload-image' : "hcloud-upload-image's pipeline",
      'Packer',
    ],
    rows: [
      ...STEPS.map((step) => [
        step,
        seconds(stepMs(ours, step)),
        seconds(limit.get(step)),
        '',
        seconds(packer.steps.get(step)),
      ]),
      [
        '**all**',
        ...[ours.ms, sum(limit), upload.ms].map(formatSeconds),
        `${packer.isWhole ? '' : 'over '}${formatSeconds(packer.ms)}`,
      ],
      ['ours, compared', '', ...[sum(limit), upload.ms, packer.ms].map((ms) => ratio(ours.ms, ms))],
    ],
  }
}

async function oneAndFour(say: Say) {
  const roles = [undefined, ...HCLOUD_TALOS_ROLES]
  await using scene = await openScene('namespace', { roles, architectures: ARCHITECTURES, suffixes: ['zst'] })
  say('one image on namespace machines')
  const one = await buildWithOurs(scene, ['--arch', 'x86'])
  await scene.reset()
  say('four images on namespace machines')
  const four = await buildWithOurs(scene, ['--roles'])
  const table: Table = {
    title: 'One image and four',
    text: 'Four are both roles, ARM and x86. On `namespace` machines, where the processors matter less, with the latencies of a real cloud.',
    columns: ['', 'time', 'compared with one'],
    rows: [
      ['one image', formatSeconds(one.ms), ''],
      ['four images', formatSeconds(four.ms), ratio(four.ms, one.ms)],
    ],
  }
  const why = 'all four are written and read back by the same two processors'
  return { table, goals: [ratioGoal('four images, compared with one', four.ms / one.ms, 1.1, why)] }
}

const stepMs = ({ steps }: Timed, step: Step): number => steps.get(step) ?? 0
const sum = (steps: ReadonlyMap<Step, number>): number => [...steps.values()].reduce((all, ms) => all + ms, 0)
const ratio = (ms: number, other: number): string => (other === 0 ? '' : `${(ms / other).toFixed(2)} x`)
