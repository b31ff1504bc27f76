/** What `--engine packer` builds, with Packer itself, on namespace machines. */

import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../support/command.ts'
import { readDisk, readFactoryDisk } from '../../support/disk-content.ts'
import { type SpiedPacker, spyOnPacker } from '../../support/packer.ts'
import { missing, named } from '../../support/programs.ts'
import { createProject, type Project, publicLabels } from '../../support/project.ts'
import { createWorkspace, type Workspace } from '../../support/workspace.ts'

const WHY_NOT = missing('packer', 'wget')
const MIB = 1024 * 1024
const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
const VERSION = 'v1.12.2'
const LABELS = { os: 'talos', version: VERSION, creator: 'hcloud-talos', type: 'infra' }

const Result = v.object({
  snapshots: v.array(
    v.object({
      id: v.number(),
      architecture: v.picklist(['arm', 'x86']),
      role: v.nullable(v.string()),
      status: v.string(),
      verified: v.boolean(),
      sourceSha256: v.nullable(v.string()),
      disk: v.nullable(v.unknown()),
      source: v.object({ kind: v.string(), from: v.nullable(v.string()) }),
    }),
  ),
  failed: v.array(v.object({ image: v.string(), error: v.object({ code: v.string(), message: v.string() }) })),
  leftovers: v.array(v.unknown()),
})

describe.skipIf(WHY_NOT !== undefined)(named('build --engine packer', WHY_NOT), () => {
  let project: Project
  let workspace: Workspace
  let packer: SpiedPacker
  let failing: RegExp | undefined
  /** The bodies of requests for servers. */
  const ordered: unknown[] = []

  beforeAll(async () => {
    project = await createProject({
      async intercept({ method, path, body }) {
        if (method === 'POST' && path === '/servers') ordered.push(body)
        return undefined
      },
      // Looking is always allowed; what a server downloads is not.
      interceptFactory: ({ method, url, headers }) =>
        failing?.test(url) === true && method === 'GET' && !headers.has('range')
          ? new Response('not today', { status: 500 })
          : undefined,
    })
  })
  afterAll(() => project[Symbol.asyncDispose]())
  beforeEach(async () => {
    workspace = await createWorkspace()
    packer = await spyOnPacker(workspace)
    failing = undefined
    project.forget()
    ordered.length = 0
  })
  afterEach(async () => {
    for (const { id } of await project.snapshots()) await project.api(v.unknown(), 'DELETE', `/images/${id}`)
    await workspace[Symbol.asyncDispose]()
  })

  const build = (...args: string[]) =>
    runCommand(['build', '--engine', 'packer', '--output', 'json', ...project.sshFlags, ...args], {
      cwd: workspace.root,
      env: { ...project.env, ...packer.env },
      timeoutMs: 120_000,
    })
  const readResult = (stdout: string) => v.parse(Result, JSON.parse(stdout))

  it('makes both snapshots as the template says, says that they were not read back, and leaves nothing else', async () => {
    const directory = join(workspace.root, '_packer')
    const before = await readAll(directory)
    const { code, stdout, stderr } = await build()
    expect(code, stderr).toBe(0)
    const { snapshots, failed, leftovers } = readResult(stdout)
    expect({ failed, leftovers }).toEqual({ failed: [], leftovers: [] })
    expect(snapshots.map(({ architecture }) => architecture)).toEqual(['arm', 'x86'])
    for (const snapshot of snapshots) {
      expect(snapshot).toMatchObject({ status: 'built', verified: false, sourceSha256: null, disk: null, role: null })
      const theirs = snapshot.architecture === 'arm' ? 'arm64' : 'amd64'
      expect(snapshot.source.from).toBe(`${project.factoryUrl}/image/${GENERIC}/${VERSION}/hcloud-${theirs}.raw.xz`)
      const made = (await project.snapshots()).find(({ id }) => id === snapshot.id)
      expect(publicLabels(made?.labels ?? {})).toEqual({ ...LABELS, arch: snapshot.architecture })
      expect(Object.keys(made?.labels ?? {})).not.toContain('talos-image/identity')
      const wanted = await readFactoryDisk(join(project.cloudDir, '..'), GENERIC, VERSION, theirs)
      const disk = await readDisk(join(project.cloudDir, 'snapshots', `image-${snapshot.id}.raw`), 16 * MIB)
      expect(disk.image.equals(wanted)).toBe(true)
    }
    expect(await project.remains()).toEqual([])
    expect(await readAll(directory)).toEqual(before)

    const calls = await packer.calls()
    expect(calls.map(({ args }) => args[0])).toEqual(['version', 'validate', 'build'])
    for (const { args, env } of calls) {
      expect(args.join(' ')).not.toContain(project.token)
      expect(env.CHECKPOINT_DISABLE).toBe('1')
      expect(Object.keys(env).filter((name) => /^TALOS_IMAGE_|^HCLOUD_TOKEN./.test(name))).toEqual([])
    }
    expect(calls.at(-1)).toMatchObject({ cwd: directory, env: { HCLOUD_TOKEN: project.token } })
  })

  it('builds one role after the other, from their schematics, and adds the role to labels and description', async () => {
    const { code, stdout, stderr } = await build('--roles')
    expect(code, stderr).toBe(0)
    const made = await project.snapshots()
    for (const { description, labels } of made) {
      expect(description).toMatch(
        new RegExp(`^Talos Linux v1\\.12\\.2 (ARM|x86) by hcloud-talos \\(${labels.role}\\)$`),
      )
    }
    const kinds = readResult(stdout).snapshots.map(({ id, architecture, role, source }) => {
      expect(publicLabels(made.find((one) => one.id === id)?.labels ?? {})).toEqual({
        ...LABELS,
        arch: architecture,
        role,
      })
      return `${role} ${architecture} ${/image\/([0-9a-f]{64})/.exec(source.from ?? '')?.[1] === GENERIC ? 'generic' : 'own'}`
    })
    expect(kinds).toEqual(['control-plane arm own', 'control-plane x86 own', 'worker arm own', 'worker x86 own'])
    const builds = (await packer.calls()).filter(({ args }) => args[0] === 'build')
    expect(builds).toHaveLength(2)
    // All four were checked before the first was built.
    expect((await packer.calls()).map(({ args }) => args[0])).toEqual([
      'version',
      'validate',
      'validate',
      'build',
      'build',
    ])
    expect(await project.remains()).toEqual([])
  })

  it('builds one image although the other fails, and shows the last that Packer said of that', async () => {
    failing = /arm64/
    const { code, stdout, stderr } = await build()
    expect(code, stderr).toBe(3)
    const { snapshots, failed } = readResult(stdout)
    expect(snapshots.map(({ architecture }) => architecture)).toEqual(['x86'])
    expect(failed).toMatchObject([{ image: 'arm', error: { code: 'packer' } }])
    expect(failed[0]?.error.message).toContain('ERROR 500')
    expect(stderr).toContain('ERROR 500')
    expect(await project.remains()).toEqual([])
  })

  it('builds only what --arch asks for, whatever exists, and passes variables on', async () => {
    const first = await build('--arch', 'arm', '-var', 'server_location=nbg1')
    expect(first.code, first.stderr).toBe(0)
    const second = await build('--arch', 'arm', '--var-file', await writeVarFile('server_location = "hel1"\n'))
    expect(second.code, second.stderr).toBe(0)
    expect(await project.snapshots()).toHaveLength(2)
    const calls = (await packer.calls()).filter(({ args }) => args[0] === 'build')
    expect(calls.map(({ args }) => args.find((one) => one.startsWith('-only=')))).toEqual([
      '-only=hcloud.talos-arm',
      '-only=hcloud.talos-arm',
    ])
    expect(ordered).toMatchObject([
      { server_type: 'cax11', location: 'nbg1' },
      { server_type: 'cax11', location: 'hel1' },
    ])
  })

  it('replaces with --force what Packer made, and never what was read back', async () => {
    const native = await runCommand(['build', '--arch', 'x86', ...project.sshFlags], {
      cwd: workspace.root,
      env: project.env,
    })
    expect(native.code, native.stderr).toBe(0)
    const [verified] = await project.snapshots()
    const first = await build('--arch', 'x86')
    expect(first.code, first.stderr).toBe(0)
    expect(await project.snapshots()).toHaveLength(2)
    const second = await build('--arch', 'x86', '--force')
    expect(second.code, second.stderr).toBe(0)
    const ids = (await project.snapshots()).map(({ id }) => id)
    expect(ids).toEqual([verified?.id, ...readResult(second.stdout).snapshots.map(({ id }) => id)])
    expect(second.stderr).toContain(`deleted the snapshot ${readResult(first.stdout).snapshots[0]?.id}`)
  })

  it('never lets the native engine take such a snapshot for one that it need not build', async () => {
    const first = await build('--arch', 'x86')
    expect(first.code, first.stderr).toBe(0)
    const plan = await runCommand(['plan', '--arch', 'x86', '--output', 'json'], {
      cwd: workspace.root,
      env: project.env,
    })
    expect(JSON.parse(plan.stdout)).toMatchObject({ images: [{ action: 'build', existing: null }] })
  })

  it('tells which snapshot is which by what the cloud says, where the template does not tell', async () => {
    const template = join(workspace.root, '_packer', 'talos-hcloud.pkr.hcl')
    const text = (await readFile(template, 'utf8'))
      .replaceAll('talos-arm', 'one')
      .replaceAll('talos-x86', 'two')
      .replace('server_type   = var.server_type_arm', `server_type   = bcrypt("a") != "" ? var.server_type_arm : ""`)
      .replace('server_type   = var.server_type_x86', `server_type   = bcrypt("a") != "" ? var.server_type_x86 : ""`)
      .replaceAll(/^ {4}arch {4}= .*$/gm, '')
    await workspace.write('_packer/talos-hcloud.pkr.hcl', text)
    const refused = await build('--arch', 'arm')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('the architecture of hcloud.one, hcloud.two')
    expect(project.attempts()).toEqual([])

    const { code, stdout, stderr } = await build()
    expect(code, stderr).toBe(0)
    const { snapshots } = readResult(stdout)
    expect(snapshots.map(({ architecture }) => architecture)).toEqual(['arm', 'x86'])
    // Selectors by architecture work, but not those that ask for the label.
    expect(stderr).toContain('the template does not give the snapshot')
    expect(stderr).toContain('arch=arm')
  })

  it('builds from a template that is JSON alone', async () => {
    await rm(join(workspace.root, '_packer'), { recursive: true })
    const template = {
      variable: { talos_version: { type: 'string', default: 'v1.12.2' }, image_url_x86: { type: 'string' } },
      source: {
        hcloud: {
          'talos-x86': {
            ...{ rescue: 'linux64', image: 'debian-13', location: 'fsn1', server_type: 'cx23', ssh_username: 'root' },
            snapshot_name: `Talos \${var.talos_version}`,
            snapshot_labels: { os: 'talos', arch: 'x86' },
          },
        },
      },
      build: {
        sources: ['source.hcloud.talos-x86'],
        provisioner: [{ shell: { inline: [`wget -O- \${var.image_url_x86} | xz -dc | dd of=/dev/sda && sync`] } }],
      },
    }
    await workspace.write('_packer/talos.pkr.json', JSON.stringify(template))
    const url = `${project.factoryUrl}/image/${GENERIC}/${VERSION}/hcloud-amd64.raw.xz`
    const { code, stdout, stderr } = await build('--arch', 'x86', '-var', `image_url_x86=${url}`)
    expect(code, stderr).toBe(0)
    expect(readResult(stdout).snapshots).toMatchObject([{ status: 'built', architecture: 'x86' }])
  })

  it('shows the plan with --dry-run, and calls Packer for nothing but its version', async () => {
    const { code, stdout } = await build('--dry-run')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ images: [{ source: { compression: 'xz' } }, { action: 'build' }] })
    expect(project.attempts()).toEqual([])
    expect((await packer.calls()).map(({ args }) => args[0])).toEqual(['version'])
  })

  it('writes all that Packer says into the debug log, but not the token', async () => {
    const log = join(workspace.root, 'debug.log')
    const { code, stderr } = await build('--arch', 'x86', '--debug-log', log)
    expect(code, stderr).toBe(0)
    const text = await readFile(log, 'utf8')
    expect(text).toContain('Enabling Rescue Mode')
    expect(text).toContain('"by":"Packer","method":"POST","path":"/servers"')
    expect(text).not.toContain(project.token)
  })

  async function writeVarFile(text: string): Promise<string> {
    return workspace.write('mine.pkrvars.hcl', text)
  }
})

/** Names and content of all files. */
async function readAll(directory: string): Promise<Record<string, string>> {
  const names = await readdir(directory)
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const)),
  )
}
