/** Images from this computer, in every wrapping, and from standard input. */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandOptions, type CommandResult, runCommand } from '../support/command.ts'
import { readDisk, readFactoryDisk, snapshotDisk } from '../support/disk-content.ts'
import { createProject, type Project, publicLabels } from '../support/project.ts'
import { expectFailure } from '../support/refusal.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

let project: Project
let workspace: Workspace
let raw: Buffer

beforeAll(async () => {
  project = await createProject()
  workspace = await createWorkspace()
  const url = `${project.factoryUrl}/image/${GENERIC}/v1.12.2/hcloud-amd64.raw`
  expect((await fetch(url)).ok).toBe(true)
  raw = await readFactoryDisk(project.stateDir, GENERIC, 'v1.12.2', 'amd64')
  const file = await workspace.write('talos.raw', raw)
  for (const [program, ...flags] of [['zstd'], ['xz', '-0'], ['gzip']] as const)
    execFileSync(program, [...flags, '-q', '-k', file])
})
afterAll(async () => {
  await project.close()
  await workspace[Symbol.asyncDispose]()
})

const build = (args: readonly string[], options?: Pick<CommandOptions, 'stdin'>): Promise<CommandResult> =>
  runCommand(['build', '--arch', 'x86', ...project.sshFlags, ...args], {
    cwd: workspace.root,
    env: project.env,
    ...options,
  })

/** The snapshot that a build has made, which must hold the image and nothing else; it is deleted. */
async function takeSnapshot(): Promise<Record<string, string>> {
  const [snapshot, ...others] = await project.snapshots()
  expect(others).toEqual([])
  if (snapshot === undefined) throw new Error('no snapshot was built')
  const disk = await readDisk(snapshotDisk(project.stateDir, snapshot.id), raw.length)
  expect(disk.image.equals(raw)).toBe(true)
  expect(disk.bytesBehind).toBe(0)
  expect(
    await runCommand(['delete', String(snapshot.id), '--yes'], { cwd: workspace.root, env: project.env }),
  ).toMatchObject({
    code: 0,
  })
  expect(await project.remains()).toEqual([])
  return snapshot.labels
}

const sha256 = async (name: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(join(workspace.root, name)))
    .digest('hex')

describe('--image-file', () => {
  it.each(['talos.raw', 'talos.raw.zst', 'talos.raw.xz', 'talos.raw.gz'])('%s', async (name) => {
    const { code, stderr } = await build(['--image-file', name])
    expect(code, stderr).toBe(0)
    const labels = await takeSnapshot()
    expect(labels['talos-image/source-sha256']).toBe((await sha256(name)).slice(0, 32))
    expect(publicLabels(labels)).toMatchObject({ os: 'talos', arch: 'x86', version: 'v1.12.2' })
    expect(labels).not.toHaveProperty('talos-image/schematic')
  })

  it.each(['talos.raw', 'talos.raw.xz'])('- with %s, which is built again each time', async (name) => {
    const stdin = (): CommandOptions => ({ cwd: '', stdin: createReadStream(join(workspace.root, name)) })
    const { code, stderr } = await build(['--image-file', '-'], stdin())
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('    from standard input\n')
    expect(await takeSnapshot()).not.toHaveProperty('talos-image/identity')
  })

  it('- with nothing, and with what is no disk', async () => {
    expectFailure(1, await build(['--image-file', '-'], { stdin: '' }), 'error: x86: the source is empty')
    const text = await build(['--image-file', '-'], { stdin: 'no disk\n'.repeat(1000) })
    expectFailure(1, text, 'error: x86: the source is not a disk image', 'hint: name a raw Talos disk')
    expect(await project.snapshots()).toEqual([])
    expect(await project.remains()).toEqual([])
  })

  it('for a role gets its label', async () => {
    const { code, stderr } = await build(['worker', '--image-file', 'talos.raw.zst'])
    expect(code, stderr).toBe(0)
    expect(await takeSnapshot()).toMatchObject({ role: 'worker' })
  })

  it('that is damaged fails with the reason, and leaves nothing', async () => {
    const packed = await readFile(join(workspace.root, 'talos.raw.zst'))
    await workspace.write('short.raw.zst', packed.subarray(0, packed.length / 2))
    const result = await build(['--image-file', 'short.raw.zst'])
    expectFailure(1, result, 'error: x86: the data received is damaged: ')
    expect(await project.snapshots()).toEqual([])
    expect(await project.remains()).toEqual([])
  })
})

describe('--sha256', () => {
  it('that is right', async () => {
    const { code, stderr } = await build(['--image-file', 'talos.raw.xz', '--sha256', await sha256('talos.raw.xz')])
    expect(code, stderr).toBe(0)
    await takeSnapshot()
  })

  it('that is wrong for what is downloaded leaves no snapshot', async () => {
    const result = await build(['--sha256', '0'.repeat(64)])
    expectFailure(1, result, 'error: x86: the source has the SHA-256 ', 'hint: either the pin is wrong, or the source')
    expect(await project.snapshots()).toEqual([])
    expect(await project.remains()).toEqual([])
  })
})
