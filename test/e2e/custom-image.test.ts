/** Images of the user's own: a schematic, a URL, and the way by hand that the old documentation taught. */

import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../support/command.ts'
import { readDisk, readFactoryDisk, snapshotDisk } from '../support/disk-content.ts'
import { createProject, type Project } from '../support/project.ts'
import { listen } from '../support/web.ts'
import { createWorkspace, runInWorkspace, VAR_FILE } from '../support/workspace.ts'

let project: Project

beforeAll(async () => {
  project = await createProject()
})
afterEach(async () => {
  expect(await project.remains()).toEqual([])
  for (const { id } of await project.snapshots())
    expect(await runInWorkspace(['delete', String(id), '--yes'], { env: project.env })).toMatchObject({ code: 0 })
})
afterAll(() => project.close())

/** Runs a command, and gives what it printed as JSON. */
async function runForJson(args: readonly string[], files: Record<string, string>) {
  const result = await runInWorkspace([...args, ...project.sshFlags, '--output', 'json'], { files, env: project.env })
  expect(result.code, result.stderr).toBe(0)
  return JSON.parse(result.stdout)
}

async function diskOf(id: number, bytes: number): Promise<Buffer> {
  const { image, bytesBehind } = await readDisk(snapshotDisk(project.stateDir, id), bytes)
  expect(bytesBehind).toBe(0)
  return image
}

describe('--schematic', () => {
  const SCHEMATIC = 'customization:\n  extraKernelArgs:\n    - console=ttyS0\n'

  it('is submitted and built, and the snapshot knows it', async () => {
    const files = { 'mine.yaml': SCHEMATIC }
    const { snapshots } = await runForJson(['build', '--arch', 'arm', '--schematic', 'mine.yaml'], files)
    const canonical = 'customization:\n    extraKernelArgs:\n        - console=ttyS0\n'
    const id = createHash('sha256').update(canonical).digest('hex')
    expect(snapshots).toMatchObject([{ schematic: id, installer: expect.stringContaining(`/${id}:v1.12.2`) }])
    const raw = await readFactoryDisk(project.stateDir, id, 'v1.12.2', 'arm64')
    expect((await diskOf(snapshots[0].id, raw.length)).equals(raw)).toBe(true)
  })

  it('wins over the URL of the var file, and that is said', async () => {
    const url = `${project.factoryUrl}/none.raw.xz`
    const files = { 'mine.yaml': SCHEMATIC, [VAR_FILE]: `image_url_arm = "${url}"` }
    const args = ['plan', '--arch', 'arm', '--schematic', 'mine.yaml']
    const { code, stderr } = await runInWorkspace(args, { files, env: project.env })
    expect(code).toBe(0)
    expect(stderr).toContain(`${VAR_FILE}:1:17: image_url_arm is set, but --schematic decides what is built`)
  })
})

describe('image_url_*', () => {
  let web: Server
  let asked: (string | undefined)[]
  let base: string
  const disk = Buffer.alloc(4 << 20, 'a disk of my own ')
  disk.set([0x55, 0xaa], 510)
  const packed = execFileSync('xz', ['-0', '-c'], { input: disk, maxBuffer: 1 << 30 })

  beforeAll(async () => {
    asked = []
    // As plain as web servers come: it knows no ranges.
    web = createServer((request, response) => {
      asked.push(request.headers.authorization)
      response.writeHead(200, { 'Content-Length': packed.length }).end(packed)
    })
    base = await listen(web)
  })
  afterAll(() => web.close())

  it('is downloaded from any web server, which gets no token', async () => {
    const files = { [VAR_FILE]: `image_url_x86 = "${base}/my%20disk.raw.xz?a=1&b=%24;c=[1]*?"` }
    const { snapshots } = await runForJson(['build', '--arch', 'x86'], files)
    expect(snapshots).toMatchObject([{ schematic: null, installer: null, source: { kind: 'url' } }])
    expect(snapshots[0].sourceSha256).toBe(createHash('sha256').update(packed).digest('hex'))
    expect((await diskOf(snapshots[0].id, disk.length)).equals(disk)).toBe(true)
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.every((authorization) => authorization === undefined)).toBe(true)
  })

  it('is the same image as long as the URL is the same', async () => {
    const build = (url: string) => runForJson(['build', '--arch', 'x86'], { [VAR_FILE]: `image_url_x86 = "${url}"` })
    const first = await build(`${base}/1.raw.xz`)
    expect((await build(`${base}/1.raw.xz`)).snapshots).toMatchObject([
      { status: 'existing', id: first.snapshots[0].id },
    ])
    expect((await build(`${base}/2.raw.xz`)).snapshots).toMatchObject([{ status: 'built' }])
  })
})

describe('by hand', () => {
  it('a schematic is submitted with curl, and two URLs go into the var file', async () => {
    await using workspace = await createWorkspace()
    const submit = ['-sS', '-X', 'POST', '--data-binary', '@schematic.yaml', `${project.factoryUrl}/schematics`]
    const { stdout: answer } = await promisify(execFile)('curl', submit, { cwd: join(workspace.root, '_packer') })
    const { id } = JSON.parse(answer)
    const url = (architecture: string) => `${project.factoryUrl}/image/${id}/v1.12.2/hcloud-${architecture}.raw.xz`
    await workspace.write(
      VAR_FILE,
      `talos_version = "v1.12.2"\nimage_url_arm = "${url('arm64')}"\nimage_url_x86 = "${url('amd64')}"\n`,
    )
    const build = (...args: string[]): Promise<CommandResult> =>
      runCommand(['build', '--output', 'json', ...project.sshFlags, ...args], { cwd: workspace.root, env: project.env })

    const { code, stdout, stderr } = await build()
    expect(code, stderr).toBe(0)
    const { snapshots } = JSON.parse(stdout)
    expect(snapshots).toMatchObject([
      { architecture: 'arm', role: null, schematic: id, selector: 'os=talos,!role,version=v1.12.2' },
      { architecture: 'x86', role: null, schematic: id, selector: 'os=talos,!role,version=v1.12.2' },
    ])
    for (const [index, architecture] of (['arm64', 'amd64'] as const).entries()) {
      const raw = await readFactoryDisk(project.stateDir, id, 'v1.12.2', architecture)
      expect((await diskOf(snapshots[index].id, raw.length)).equals(raw)).toBe(true)
    }
    // The same schematic, submitted by the command: nothing to do.
    const again = JSON.parse((await build('--schematic', '_packer/schematic.yaml')).stdout)
    expect(again.snapshots).toMatchObject([{ status: 'existing' }, { status: 'existing' }])
  })
})
