/** Images on this computer that cannot be built from. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../../support/command.ts'
import { createProject, type Project } from '../../support/project.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { createWorkspace, type Workspace } from '../../support/workspace.ts'

let project: Project
let workspace: Workspace

beforeAll(async () => {
  project = await createProject({ machines: 'none' })
  workspace = await createWorkspace({ 'empty.raw': '', 'text.raw': 'no disk\n'.repeat(1000) })
})
afterEach(() => {
  expect(project.attempts()).toEqual([])
})
afterAll(async () => {
  await project.close()
  await workspace[Symbol.asyncDispose]()
})

/** That of every disk ends in 55 AA. */
const SECTOR = Buffer.alloc(512)
SECTOR.set([0x55, 0xaa], 510)

const build = (...args: string[]): Promise<CommandResult> =>
  runCommand(['build', '--arch', 'x86', ...args], { cwd: workspace.root, env: project.env })

/** The first sector of a disk, as a plain block of a zstd frame that says how large all of it is (RFC 8878, 3.1.1). */
function beginZstd(diskBytes: number): Buffer {
  const sizes = Buffer.alloc(11)
  sizes.writeBigUInt64LE(BigInt(diskBytes))
  sizes.writeUIntLE(SECTOR.length << 3, 8, 3)
  return Buffer.concat([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0x50), sizes, SECTOR])
}

describe('a refused local image', () => {
  it.each([
    ['that does not exist', 'none.raw', 'none.raw does not exist', 'hint: check the path of --image-file'],
    ['that is empty', 'empty.raw', 'empty.raw is empty', 'hint: name a disk image'],
    ['that is a directory', '_packer', '_packer is not a file', 'hint: name a disk image, or - for standard input'],
    [
      'that is no disk',
      'text.raw',
      'text.raw is not a disk image: it has no boot sector',
      'hint: name a raw Talos disk',
    ],
  ])('%s', async (_, path, ...texts) => {
    expectRefusal(await build('--image-file', path), 'error: --image-file: ', ...texts)
  })

  it.each([
    ['', 41e9, '41.0', '" has 80 GB'],
    [' by far', 500e9, '500.0', 'hint: no server type is big enough'],
  ])("that is bigger than the server's disk%s", async (_, bytes, gb, hint) => {
    await workspace.write('big.raw.zst', beginZstd(bytes))
    const message = `the disk of the x86 image has ${gb} GB, more than the 40 GB of the server type "cx23"`
    expectRefusal(await build('--image-file', 'big.raw.zst'), message, hint)
  })

  it('that does not hash to --sha256', async () => {
    await workspace.write('small.raw', SECTOR)
    const result = await build('--image-file', 'small.raw', '--sha256', '0'.repeat(64))
    expectRefusal(result, 'small.raw has the SHA-256 ', `not ${'0'.repeat(64)}`, 'hint: the file is another one')
  })

  it('together with what else does not fit', async () => {
    const result = await build('--image-file', 'none.raw', '--schematic', '_packer/schematic.yaml')
    expectRefusal(result, '--image-file and --schematic cannot be used together', 'none.raw does not exist')
  })
})
