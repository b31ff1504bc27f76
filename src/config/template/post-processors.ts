/** Post-processors: none changes the snapshot, and one writes a file that other programs read. */

import type { Problem } from '../../errors.ts'
import { PACKER_HINT } from '../expression/failure.ts'
import type { Sourced } from '../variables.ts'
import { type Block, type Body, findAttribute } from './block.ts'
import type { Selection } from './selection.ts'
import type { AttributeReader } from './values.ts'

/** What is done for each, and why; any other is a problem. */
export const POST_PROCESSORS = {
  manifest: { use: 'honoured', why: 'the command writes the file, as with --packer-manifest' },
  checksum: { use: 'without effect', why: 'a snapshot has no file to make a sum of' },
  compress: { use: 'without effect', why: 'a snapshot has no file to compress' },
  'shell-local': { use: 'refused', why: 'its commands would run on this computer: run them after the build' },
} as const

/** The file of Packer's `manifest`, unless it names one. */
const MANIFEST = 'packer-manifest.json'

/** The files that the post-processors of a build write, as they name them; the rest goes to the findings. */
export function readPostProcessors(
  build: Body,
  reader: AttributeReader,
  { except }: Selection,
  { problems, warnings }: { readonly problems: Problem[]; readonly warnings: Problem[] },
): Sourced<string>[] {
  return findPostProcessors(build).flatMap((block) => {
    const { labels, origin: at } = block
    const [type = ''] = labels
    if (except.includes(type)) return []
    const known = Object.entries(POST_PROCESSORS).find(([name]) => name === type)?.[1]
    const name = `post-processor "${type}"`
    if (known?.use === 'honoured') {
      warnings.push(...findUnwritten(block))
      return [readManifest(block, reader)]
    }
    if (known?.use === 'without effect') {
      const message = `the ${name} has no effect: ${known.why}`
      warnings.push({ code: 'config', message, at, hint: 'leave it out' })
      return []
    }
    const message = [`${name} is not supported`, ...(known === undefined ? [] : [known.why])].join(': ')
    problems.push({ code: 'config', message, at, hint: PACKER_HINT })
    return []
  })
}

/** The types of the post-processors of a build. */
export function postProcessorsOf(build: Body): string[] {
  return findPostProcessors(build).flatMap(({ labels }) => labels)
}

function findPostProcessors(build: Body): readonly Block[] {
  const blocks = build.blocks.flatMap((block) => (block.type === 'post-processors' ? block.blocks : [block]))
  return blocks.filter(({ type }) => type === 'post-processor')
}

/** What has no effect on a manifest of snapshots, which have no files. */
const HARMLESS = ['output', 'strip_path', 'strip_time', 'keep_input_artifact']

/** What a manifest is asked for and does not have. */
function findUnwritten({ attributes }: Block): Problem[] {
  return attributes
    .filter(({ name }) => !HARMLESS.includes(name))
    .map(({ name, origin: at }) => ({
      code: 'config',
      message: `${name} of the post-processor "manifest" has no effect: every build is listed, with what Packer itself tells`,
      at,
      hint: 'leave it out',
    }))
}

function readManifest(block: Block, reader: AttributeReader): Sourced<string> {
  const output = findAttribute(block, 'output')
  return (output && reader.text(output)) ?? { value: MANIFEST, origin: block.origin }
}
