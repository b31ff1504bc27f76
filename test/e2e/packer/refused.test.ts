/** What `--engine packer` refuses, all of it before anything is made. */

import { mkdir, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../support/command.ts'
import { spyOnPacker } from '../../support/packer.ts'
import { missing, named } from '../../support/programs.ts'
import { createProject, type Project } from '../../support/project.ts'
import { createWorkspace, type Workspace } from '../../support/workspace.ts'

const HASH = 'a'.repeat(64)
const WHY_NOT = missing('packer')

let project: Project
let workspace: Workspace

beforeAll(async () => {
  project = await createProject()
})
afterAll(() => project[Symbol.asyncDispose]())
beforeEach(async () => {
  workspace = await createWorkspace()
  project.forget()
})
afterEach(async () => {
  expect(project.attempts()).toEqual([])
  await workspace[Symbol.asyncDispose]()
})

const build = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  runCommand(['build', '--engine', 'packer', ...args], { cwd: workspace.root, env: { ...project.env, ...env } })

it('refuses every flag that Packer cannot heed, and says the rest that is wrong, too', async () => {
  const { env } = await spyOnPacker(workspace, 'echo "Packer v1.6.6"')
  const flags = ['--image-file', 'no-such-file', '--sha256', HASH, '--allow-bigger-disk', '--wait-for-stock', '5m']
  const more = [
    '--require-host-proof',
    '--ssh-timeout',
    '4m',
    '--timeout',
    'write=1h',
    '--arch',
    'x86',
    '-var',
    'nope=1',
  ]
  const { code, stderr } = await build([...flags, ...more], env)
  expect(code).toBe(2)
  for (const flag of [
    '--image-file',
    '--sha256',
    '--allow-bigger-disk',
    '--wait-for-stock',
    '--require-host-proof',
    '--ssh-timeout',
    '--timeout',
  ]) {
    expect(stderr).toContain(`error: ${flag}: it cannot be used together with --engine packer`)
  }
  expect(stderr).toContain('"nope" is not a declared variable')
})

it('says how to install Packer where there is none', async () => {
  const folder = join(workspace.root, 'empty')
  await mkdir(folder)
  await symlink(process.execPath, join(folder, 'node'))
  const { code, stderr } = await build([], { PATH: folder })
  expect(code).toBe(1)
  expect(stderr).toContain('error: --engine: there is no program "packer" in PATH')
  expect(stderr).toContain('apt install packer')
})

it('tells Packer from another program of that name, even one that waits for input', async () => {
  const { env } = await spyOnPacker(workspace, 'cat; echo "0 words written"')
  const { code, stderr } = await build([], env)
  expect(code).toBe(1)
  expect(stderr).toMatch(/bin\/packer is another program than HashiCorp's Packer/)
})

it('refuses a Packer that is too old', async () => {
  const { env } = await spyOnPacker(workspace, 'echo "Packer v1.4.5"')
  const { code, stderr } = await build([], env)
  expect(code).toBe(1)
  expect(stderr).toContain('is Packer 1.4.5, which cannot read the template')
})

it('needs a template', async () => {
  const { env } = await spyOnPacker(workspace, 'echo "Packer v1.6.6"')
  await rm(join(workspace.root, '_packer'), { recursive: true })
  const { code, stderr } = await build([], env)
  expect(code).toBe(1)
  expect(stderr).toContain('there is no template for Packer in')
})

it('needs a token', async () => {
  const { env } = await spyOnPacker(workspace, 'echo "Packer v1.6.6"')
  const { code, stderr } = await build([], { ...env, HCLOUD_TOKEN: '' })
  expect(code).toBe(2)
  expect(stderr).toContain('there is no API token')
})

it('refuses an image that the template cannot unpack, since Packer would not notice', async () => {
  const { env, calls } = await spyOnPacker(workspace, 'echo "Packer v1.6.6"')
  const url = `${project.factoryUrl}/image/${'376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'}/v1.12.2/hcloud-amd64.raw.zst`
  const { code, stderr } = await build(['--arch', 'x86', '-var', `image_url_x86=${url}`], env)
  expect(code).toBe(2)
  expect(stderr).toContain('is packed with zstd, but the template unpacks xz')
  expect((await calls()).map(({ args }) => args)).toEqual([['version']])
})

it('refuses roles where the template cannot be told what to build from', async () => {
  const { env } = await spyOnPacker(workspace, 'echo "Packer v1.6.6"')
  await workspace.write(
    '_packer/talos-hcloud.pkr.hcl',
    'source "hcloud" "arm" {\n  server_type = "cax11"\n}\nbuild {\n  sources = ["source.hcloud.arm"]\n}\n',
  )
  const { code, stderr } = await build(['worker', '--arch', 'arm'], env)
  expect(code).toBe(1)
  expect(stderr).toContain('arm worker: the template declares no variable "image_url_arm"')
})

it.skipIf(WHY_NOT !== undefined)(named('shows what Packer finds wrong with the template', WHY_NOT), async () => {
  const { env } = await spyOnPacker(workspace)
  const template = join(workspace.root, '_packer', 'talos-hcloud.pkr.hcl')
  const text = await readFile(template, 'utf8')
  await workspace.write('_packer/talos-hcloud.pkr.hcl', text.replace(/^( *)rescue .*$/m, '$&\n$1no_such_thing = 1'))
  const { code, stderr } = await build(project.sshFlags, env)
  expect(code, stderr).toBe(1)
  expect(stderr).toContain('Packer could not read the template')
  expect(stderr).toContain('no_such_thing')
})

describe('a newer Packer', () => {
  it('fetches its plugins first, checks, and builds in the directory itself', async () => {
    const { env, calls } = await spyOnPacker(
      workspace,
      `case $1 in
        version) echo "Packer v1.11.2";;
        build) echo "1,,ui,error,Build 'hcloud.talos-arm' errored after 1 second: it is not the real one"; exit 1;;
      esac`,
    )
    const { code, stderr } = await build(['--arch', 'arm'], env)
    expect(code).toBe(1)
    expect(stderr).toContain('error: arm: Packer: it is not the real one')
    const made = await calls()
    expect(made.map(({ args }) => args[0])).toEqual(['version', 'init', 'validate', 'build'])
    for (const { args, cwd } of made.slice(1)) {
      expect(args.at(-1)).toBe('.')
      expect(cwd).toBe(join(workspace.root, '_packer'))
    }
  })

  it('says so when the plugins cannot be fetched', async () => {
    const { env } = await spyOnPacker(
      workspace,
      'case $1 in version) echo "Packer v1.11.2";; init) echo "1,,ui,error,no way to github.com"; exit 1;; esac',
    )
    const { code, stderr } = await build(['--arch', 'arm'], env)
    expect(code).toBe(1)
    expect(stderr).toContain('Packer could not fetch its plugins (packer init): no way to github.com')
  })
})
