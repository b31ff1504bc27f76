/** A link to the command that is called `packer`, in the place of Packer. */

import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type CommandResult, runCommand, startCommand } from '../../support/command.ts'
import { createHeldProject } from '../../support/held-build.ts'
import {
  GENERIC,
  linkAsPacker,
  SELECTOR,
  toVars,
  VERSION,
  writeOneCluster,
  X86_TEMPLATE,
} from '../../support/one-cluster.ts'
import { createProject, type Project } from '../../support/project.ts'
import { createWorkspace, type Workspace } from '../../support/workspace.ts'

const ServerId = v.object({ server: v.object({ id: v.number() }) })
const ARTIFACTS = '==> Builds finished. The artifacts of successful builds are:'
const BUILD = 'hcloud.talos_amd64_image'

let project: Project
let workspace: Workspace
let cwd: string
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  project = await createProject()
  workspace = await createWorkspace()
  cwd = await writeOneCluster(workspace)
  env = {
    ...project.env,
    PATH: await linkAsPacker(workspace),
    TALOS_IMAGE_SSH_PORT: String(project.sshPort),
    TALOS_IMAGE_CALLED_AS: '',
  }
})
afterAll(async () => {
  expect(await project.remains()).toEqual([])
  await workspace[Symbol.asyncDispose]()
  await project.close()
})

const packer = (args: readonly string[], change: Readonly<Record<string, string>> = {}): Promise<CommandResult> =>
  runCommand(args, { cwd, program: ['packer'], env: { ...env, ...change } })

/** Its last line: which snapshot is the artifact. */
const idIn = ({ stdout }: CommandResult): number => Number(/ \(ID: (\d+)\)\n$/.exec(stdout)?.[1])

describe('a module that builds the image of one cluster', () => {
  it('gets it by the calls that it makes of Packer, and finds it by its own labels', async () => {
    const init = await packer(['init', '-upgrade', 'requirements.pkr.hcl'])
    expect(init).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('nothing is installed') })
    const built = await packer(['build', '-force', ...toVars(project.factoryUrl), X86_TEMPLATE])
    expect(built.code, built.stdout + built.stderr).toBe(0)
    expect(built.stdout).toContain(
      `\n\n${ARTIFACTS}\n--> ${BUILD}: A snapshot was created: 'Talos Linux AMD64 for prod' (ID: ${idIn(built)})\n`,
    )
    expect(built.stderr).toBe(
      'Looking up versions, stock and prices; the Image Factory may take a minute to make a new disk ...\n',
    )
    const [snapshot, ...others] = await project.snapshots()
    expect(others).toEqual([])
    expect(snapshot).toMatchObject({ id: idIn(built), description: 'Talos Linux AMD64 for prod' })
    const picked = await runCommand(['select', SELECTOR, '--arch', 'x86'], { cwd, env })
    expect(picked.stdout).toContain(String(idIn(built)))
  })

  it('keeps what has the same content, without -force, and replaces it with -force, but not when it is in use', async () => {
    const again = await packer(['build', '-color=false', ...toVars(project.factoryUrl), X86_TEMPLATE])
    const [before] = await project.snapshots()
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`The snapshot ${before?.id} has this content`),
    })
    expect(idIn(again)).toBe(before?.id)

    const order = { name: 'user', server_type: 'cx23', image: String(before?.id), location: 'fsn1' }
    const { server } = await project.api(ServerId, 'POST', '/servers', order)
    const forced = await packer(['build', '-color=false', '-force', ...toVars(project.factoryUrl), X86_TEMPLATE])
    expect(forced.code, forced.stdout).toBe(0)
    expect(forced.stdout).toContain(`The snapshot ${before?.id}, which the new one replaces, is kept: the server user`)
    await vi.waitFor(() => project.api(v.unknown(), 'DELETE', `/servers/${server.id}`), { timeout: 10_000 })

    // Another version has the same description, by which Packer's plugin goes.
    const args = ['build', '-color=false', '-force', ...toVars(project.factoryUrl, { talos_version: 'v1.12.1' })]
    const other = await packer([...args, X86_TEMPLATE])
    expect(other.code, other.stdout).toBe(0)
    expect((await project.snapshots()).map(({ id }) => id)).toEqual([idIn(other)])
  })
})

describe('what Packer would do otherwise', () => {
  it('is refused with its place, and real Packer is named', async () => {
    await writeFile(join(cwd, 'odd.pkr.hcl'), 'data "http" "x" {}\nsource "hcloud" "x" {}\nbuild {}\n')
    const { code, stdout } = await packer(['build', 'odd.pkr.hcl'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Error: odd\.pkr\.hcl:1:1: data "http" is not looked up here\n\n.*HashiCorp's Packer/)
  })

  it.each([
    [['build', '-debug', X86_TEMPLATE], /^Error: -debug: /],
    [
      ['build', '-on-error=run-cleanup-provisioner', X86_TEMPLATE],
      /^Error: -on-error: .*\n\nuse one of cleanup, abort, ask\n/,
    ],
    [['build', 'requirements.pkr.hcl'], /^Error: requirements\.pkr\.hcl: there is no template here/],
    [
      ['build', '-only=hcloud.nope', ...toVars('http://127.0.0.1:1'), X86_TEMPLATE],
      /"hcloud.nope" of -only is no build/,
    ],
    [['init', 'nowhere'], /^Error: nowhere: the directory "nowhere" does not exist/],
    [['build', '-force', X86_TEMPLATE], /image_amd64\.pkr\.hcl:1:1: "cluster_name" has no value/],
  ])('%j', async (args, message) => {
    project.forget()
    const { code, stdout } = await packer(args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(message) })
    expect(project.attempts()).toEqual([])
  })

  it('does what it does on Ctrl-C, and exits with 1', async () => {
    await using held = await createHeldProject({ download: true })
    const change = { ...held.env, TALOS_IMAGE_SSH_PORT: String(held.sshPort) }
    const args = ['build', '-color=false', ...toVars(held.factoryUrl), X86_TEMPLATE]
    const reached = held.hold()
    await using build = startCommand(args, { cwd, program: ['packer'], env: { ...env, ...change } })
    await reached
    build.interrupt()
    const { code, stdout } = await build.result
    expect(code).toBe(1)
    expect(stdout).toMatch(/\nCleanly cancelled builds after being interrupted\.\n$/)
    expect(await held.remains()).toEqual([])
  })
})

describe('the token', () => {
  it('is that of the template where it gives one', async () => {
    const { HCLOUD_TOKEN } = project.env
    const template = `variable "t" {}\nsource "hcloud" "x" {\n  token = var.t\n  image = "debian-13"\n  rescue = "linux64"\n  location = "fsn1"\n  server_type = "cx23"\n  ssh_username = "root"\n  snapshot_name = "mine"\n  snapshot_labels = { os = "talos", version = "${VERSION}" }\n}\nbuild {\n  sources = ["source.hcloud.x"]\n  provisioner "shell" {\n    inline = ["wget -O- ${project.factoryUrl}/image/${GENERIC}/${VERSION}/hcloud-amd64.raw.xz | xz -dc > /dev/sda"]\n  }\n}\n`
    const file = await workspace.write('token/a.pkr.hcl', template)
    const change = { HCLOUD_TOKEN: '', PKR_VAR_t: HCLOUD_TOKEN }
    const { code, stdout, stderr } = await packer(['build', '-machine-readable', file], change)
    expect(code, stdout + stderr).toBe(0)
    expect(stdout).toMatch(/^\d+,hcloud\.x,artifact,0,id,\d+$/m)
    expect(stdout + stderr).not.toContain(HCLOUD_TOKEN)
  })
})

it('TALOS_IMAGE_SANDBOX builds in the sandbox, without an account', async () => {
  const url = `https://factory.talos.dev`
  const { code, stdout, stderr } = await packer(['build', '-color=false', ...toVars(url), X86_TEMPLATE], {
    ...workspace.sandboxEnv,
    TALOS_IMAGE_SANDBOX: '1',
    HCLOUD_TOKEN: '',
    HCLOUD_ENDPOINT: '',
    TALOS_IMAGE_FACTORY_URL: '',
    TALOS_IMAGE_SSH_PORT: '',
  })
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toContain(ARTIFACTS)
})

describe('--engine packer', () => {
  it('never takes such a link for Packer', async () => {
    const root = (name: string): string => join(workspace.root, name)
    const alone = root('alone')
    await mkdir(alone)
    await symlink(process.execPath, join(alone, 'node'))
    const PATH = [root('linked'), alone].join(':')
    const args = ['build', '--engine', 'packer', '--directory', join(workspace.root, '_packer')]
    const { code, stderr } = await runCommand(args, { cwd, env: { ...env, PATH } })
    expect(code).toBe(1)
    expect(stderr).toContain(
      `there is no other "packer" in PATH than ${root('linked')}/packer, which is talos-image itself`,
    )
    await workspace.write('alone/packer', '#!/bin/sh\necho Packer v1.4.5\n')
    await chmod(join(alone, 'packer'), 0o755)
    const second = await runCommand(args, { cwd, env: { ...env, PATH } })
    expect(second.stderr).toContain(`${alone}/packer is Packer 1.4.5, which cannot read the template`)
  })
})
