/** Planning: everything is looked up, everything is shown, nothing is made. */

import * as v from 'valibot'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CommandResult } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { runInWorkspace, VAR_FILE } from '../support/workspace.ts'

let project: Project

beforeAll(async () => {
  project = await createProject({ machines: 'none' })
})
beforeEach(() => project.forget())
afterAll(() => project.close())

/** Runs a command in a new workspace that has these variables. */
function run(args: readonly string[], variables = ''): Promise<CommandResult> {
  return runInWorkspace(args, { files: { [VAR_FILE]: variables }, env: project.env })
}

const Planned = v.object({
  talosVersion: v.string(),
  images: v.array(
    v.object({ image: v.string(), schematic: v.string(), placements: v.array(v.unknown()), source: v.unknown() }),
  ),
  warnings: v.array(v.looseObject({ message: v.string() })),
})

async function planJson(args: readonly string[], variables = ''): Promise<v.InferOutput<typeof Planned>> {
  const { code, stdout, stderr } = await run(['plan', '--output', 'json', ...args], variables)
  expect(code, stderr).toBe(0)
  return v.parse(Planned, JSON.parse(stdout))
}

const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'

describe('a plan', () => {
  it.each([[['plan']], [['build', '--dry-run']]])('is shown by %j, and nothing is made', async (command) => {
    const { code, stdout, stderr } = await run([...command, '--roles'])
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('Plan: Talos v1.12.2, 4 images')
    expect(stdout).toMatch(/^ {2}x86 control-plane: build on cx23 in fsn1 \(or \d+ others\), 0\.0064 EUR an hour$/m)
    expect(stdout).toMatch(/^ {4}from _packer\/schematic-worker\.yaml at /m)
    expect(stdout).toMatch(/Estimated cost, net: 0\.\d+ EUR/)
    expect(project.attempts()).toEqual([])
  })

  it('says what it was read from, and so does doctor', async () => {
    const files = { [VAR_FILE]: '', 'prod.auto.pkrvars.hcl': 'talos_version = "v1.13.9"' }
    for (const command of ['plan', 'doctor']) {
      const { stdout, stderr } = await runInWorkspace([command], { files, env: project.env })
      const said = (stdout + stderr).replaceAll(/\s+/g, ' ')
      expect(said).toContain('Read from _packer: requirements.pkr.hcl, talos-hcloud.pkr.hcl, hcloud.auto.pkrvars.hcl')
      expect(said).toContain('"prod.auto.pkrvars.hcl" is not read: only the files in _packer are')
    }
    const dryRun = await runInWorkspace(['build', '--dry-run', '--output', 'json'], { files, env: project.env })
    expect(JSON.parse(dryRun.stdout).inputs).toEqual({
      directory: '_packer',
      templates: ['_packer/requirements.pkr.hcl', '_packer/talos-hcloud.pkr.hcl'],
      varFiles: [VAR_FILE],
      settings: null,
      schematics: [],
    })
  })

  it.each([
    ['latest', 'v1.13.9'],
    ['v1.13', 'v1.13.9'],
    ['v1.12', 'v1.12.8'],
    ['v1.14.0-beta.1', 'v1.14.0-beta.1'],
  ])('takes %s for %s', async (wanted, meant) => {
    const { talosVersion, images } = await planJson([], `talos_version = "${wanted}"`)
    expect(talosVersion).toBe(meant)
    expect(images.map(({ source }) => source)).toEqual([
      expect.objectContaining({ from: expect.stringContaining(`/${meant}/hcloud-arm64.raw.zst`) }),
      expect.objectContaining({ from: expect.stringContaining(`/${meant}/hcloud-amd64.raw.zst`) }),
    ])
  })

  it('takes xz for a Talos that has no zstd images', async () => {
    const { images } = await planJson(['--arch', 'x86'], 'talos_version = "v1.7.7"')
    expect(images[0]?.source).toMatchObject({ compression: 'xz', rawBytes: 16 << 20 })
  })

  it('lets -var beat the var file, and the var file PKR_VAR_', async () => {
    const variables = 'talos_version = "v1.11.1"\nserver_location = "nbg1"'
    const { stdout } = await runInWorkspace(['plan', '-var', 'talos_version=v1.12.1'], {
      files: { [VAR_FILE]: variables },
      env: { ...project.env, PKR_VAR_server_location: 'hel1' },
    })
    expect(stdout).toContain('Talos v1.12.1')
    expect(stdout).toContain(': build on cax11 in nbg1')
  })

  it('stays at the chosen place with --no-fallback', async () => {
    const { images } = await planJson(['--no-fallback'])
    expect(images.map(({ placements }) => placements.length)).toEqual([1, 1])
  })
})

describe('warnings of a plan', () => {
  const url = (version: string, architecture: string): string =>
    `${project.factoryUrl}/image/${GENERIC}/${version}/hcloud-${architecture}.raw.xz`

  it('say when a URL is of another version than the label', async () => {
    const variables = `talos_version = "v1.12.2"\nimage_url_x86 = "${url('v1.11.1', 'amd64')}"`
    const { code, stderr } = await run(['plan'], variables)
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(
      '! warning: _packer/hcloud.auto.pkrvars.hcl:2:17: image_url_x86 is Talos v1.11.1, but talos_version, ' +
        "and so the snapshot's label, says v1.12.2",
    )
    expect(stderr).toContain('!   hint: set talos_version = "v1.11.1", or change the URL')
  })

  it('say when a URL is of the other architecture', async () => {
    const { warnings } = await planJson([], `image_url_arm = "${url('v1.12.2', 'amd64')}"`)
    expect(warnings.map(({ message }) => message)).toEqual([
      'image_url_arm looks like an image for x86: it will not boot on arm servers',
    ])
  })

  it("say that a role's schematic wins over image_url_*", async () => {
    const variables = `image_url_arm = "${url('v1.12.2', 'arm64')}"`
    const { images, warnings } = await planJson(['worker'], variables)
    expect(images[0]?.schematic).not.toBe(GENERIC)
    expect(warnings.map(({ message }) => message)).toEqual([
      'image_url_arm is set, but the schematic of the role worker decides what is built',
    ])
  })

  it('say when a var file sets an undeclared variable', async () => {
    const { warnings } = await planJson([], 'talos_versoin = "v1.13.0"')
    expect(warnings).toMatchObject([
      { message: expect.stringContaining('talos_versoin'), hint: expect.stringContaining('"talos_version"') },
    ])
  })
})
