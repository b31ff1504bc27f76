/** Records a build at a terminal and draws what was seen. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../test/support/command.ts'
import { drawSvg } from './draw.ts'
import { toFrames } from './frames.ts'
import { recordBuild } from './record.ts'

/** So that the end fits: what was built, and what Terraform needs. */
const SIZE = { columns: 110, rows: 38 } as const
const TYPED = './talos-image build --sandbox'
const FILE = join(ROOT, 'docs', 'build.svg')

console.error('A build in a sandbox that takes as long as the real cloud does; a minute and a half ...')
const recording = await recordBuild(TYPED.split(' ').slice(1), SIZE)
const frames = await toFrames([{ atMs: 0, text: `$ ${TYPED}\r\n` }, ...recording], { ...SIZE, everyMs: 2000 })
const svg = drawSvg(frames, { ...SIZE, title: TYPED, secondsPerFrame: 0.25 })
await writeFile(FILE, svg)
console.error(`${FILE}: ${frames.length} frames, ${Math.ceil(svg.length / 1024)} KiB`)
