/** The same images in several projects by one run: all well, and each project failing in its own way. */

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Inputs, Timeline } from '../support/build-line.ts'
import { type CommandOptions, type CommandResult, runCommand, startCommand } from '../support/command.ts'
import { createProjects, type Projects } from '../support/projects.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

let workspace: Workspace

beforeAll(async () => {
  workspace = await createWorkspace()
})
afterAll(() => workspace[Symbol.asyncDispose]())

const run = (
  { env }: Pick<Projects, 'env'>,
  args: readonly string[],
  options: Partial<CommandOptions> = {},
): Promise<CommandResult> => runCommand(args, { cwd: workspace.root, ...options, env: { ...env, ...options.env } })

const architecturesOf = async (projects: Projects, name: string): Promise<string[]> =>
  (await projects.snapshots(name)).map(({ architecture }) => architecture).toSorted()

const Result = v.strictObject({
  project: v.string(),
  run: v.nullable(v.string()),
  talosVersion: v.literal('v1.12.2'),
  inputs: Inputs,
  snapshots: v.array(v.looseObject({ id: v.number(), architecture: v.string(), status: v.string() })),
  failed: v.array(
    v.strictObject({ image: v.string(), error: v.looseObject({ code: v.string(), message: v.string() }) }),
  ),
  leftovers: v.array(v.strictObject({ name: v.string(), command: v.string(), reason: v.string() })),
  timeline: v.optional(Timeline),
})
const Document = v.strictObject({ projects: v.array(Result) })
const parseDocument = (text: string) => v.parse(Document, JSON.parse(text)).projects

describe('five projects of one sandbox', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const all = names.flatMap((name) => ['--project', name])
  let home: Workspace
  let built: CommandResult
  const command = (...args: string[]) => runCommand(args, { cwd: home.root, env: home.sandboxEnv })

  beforeAll(async () => {
    home = await createWorkspace()
    built = await command('build', '--sandbox', ...all)
  })
  afterAll(() => home[Symbol.asyncDispose]())

  it('get the same two images in one run, with one plan and one table', async () => {
    const { code, stdout, stderr } = built
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(
      /^Plan: Talos v1\.12\.2, 2 images in each of 5 projects\nRead from _packer: .*\n\nIn a, b, c, d, e:$/m,
    )
    expect(stderr.match(/^ {2}(arm|x86): build on /gm)).toHaveLength(2)
    const rows = [...stdout.matchAll(/^(\w) +\d{9} +(arm|x86) /gm)].map(([, project, image]) => `${project}/${image}`)
    expect(rows).toEqual(names.flatMap((name) => [`${name}/arm`, `${name}/x86`]))
    expect(stdout).toMatch(/^PROJECT +ID +ARCH/)
    // The same text finds each project's own.
    expect(stdout.match(/data "hcloud_image"/g)).toHaveLength(2)
    for (const name of names) {
      const listed = await command('list', '--sandbox', '--project', name, '--output', 'json')
      const snapshots = JSON.parse(listed.stdout).snapshots.map((one: { architecture: string }) => one.architecture)
      expect(snapshots.toSorted(), name).toEqual(['arm', 'x86'])
    }
    expect((await command('list', '--sandbox')).stdout).toContain('No Talos snapshots; build some:')
    expect(stderr).not.toMatch(/Warning|defect/)
  })

  it('are not built again', async () => {
    const { code, stdout, stderr } = await command('build', '--sandbox', ...all, '--output', 'json')
    expect(code, stderr).toBe(0)
    const found = parseDocument(stdout)
    expect(found.map(({ project }) => project)).toEqual(names)
    for (const { snapshots } of found) expect(snapshots.map(({ status }) => status)).toEqual(['existing', 'existing'])
  })

  it('are looked at and tidied one by one', async () => {
    const inB = (...args: string[]) => command(...args, '--sandbox', '--project', 'b')
    const [, id = ''] = /^b +(\d+) +arm/m.exec(built.stdout) ?? []
    expect((await inB('show', id)).stdout).toContain(`Snapshot ${id}\n`)
    expect((await inB('select', 'os=talos', '--arch', 'arm')).stdout).toContain(id)
    expect((await inB('prune', '--keep', '1')).stdout).toContain('All of them stay.')
    expect((await inB('cleanup')).stdout).toBe('Nothing was left behind.\n')
    expect((await inB('doctor')).stdout).toContain('the API knows it')
    const elsewhere = await command('show', id, '--sandbox', '--project', 'c')
    expect(elsewhere.code).toBe(1)
    expect(elsewhere.stderr).toContain('snapshots cannot move between projects')
    expect((await inB('delete', id, '--yes')).stdout).toContain(`Deleted snapshot ${id}`)
    const { stdout } = await command('plan', '--sandbox', ...all)
    expect(stdout).toMatch(/^In b:\n {2}arm: build on /m)
    expect(stdout).toMatch(/^In a:\n {2}arm: skip/m)
  })
})

describe('a project that fails', () => {
  const error = { code: 'invalid_input', message: 'not in this project', details: null }
  const LOG = ['--debug-log', 'debug.log']
  let projects: Projects
  let result: CommandResult

  beforeAll(async () => {
    projects = await createProjects(['good', 'wrong', 'reader:read-only', 'full', 'faulty', 'unset', 'fine'], {
      limits: { servers: 2 },
      intercept: ({ project, path }) =>
        project === 'faulty' && path.endsWith('/create_image') ? Response.json({ error }, { status: 422 }) : undefined,
    })
    const order = { server_type: 'cx23', image: 'debian-13', location: 'fsn1', start_after_create: false }
    for (const name of ['one', 'two']) await projects.api('full', v.unknown(), 'POST', '/servers', { ...order, name })
    projects.cloud.forget()
    result = await run(projects, ['build', ...projects.flags, '--output', 'json', '--manifest', 'all.json', ...LOG], {
      env: { HCLOUD_TOKEN_WRONG: 'no-token-at-all', HCLOUD_TOKEN_UNSET: '' },
    })
  })
  afterAll(() => projects[Symbol.asyncDispose]())

  it('does not stop the others, whichever way it fails', async () => {
    expect(result.code, result.stderr).toBe(3)
    const found = parseDocument(result.stdout)
    const summary = found.map(({ project, snapshots, failed }) => [
      project,
      snapshots.length,
      failed.map(({ error: { code } }) => code),
    ])
    expect(summary).toEqual([
      ['good', 2, []],
      ['wrong', 0, ['token', 'token']],
      ['reader', 0, ['token', 'token']],
      ['full', 0, ['limit', 'limit']],
      ['faulty', 0, ['api', 'api']],
      ['unset', 0, ['token', 'token']],
      ['fine', 2, []],
    ])
    expect(found.filter((one) => one.run === null).map(({ project }) => project)).toEqual(['wrong', 'reader', 'unset'])
    expect(JSON.parse(await readFile(join(workspace.root, 'all.json'), 'utf8'))).toEqual(JSON.parse(result.stdout))
    for (const name of ['good', 'fine']) expect(await architecturesOf(projects, name)).toEqual(['arm', 'x86'])
    for (const name of ['good', 'reader', 'faulty', 'unset', 'fine']) expect(await projects.remains(name)).toEqual([])
    expect(await projects.remains('full')).toEqual(['one', 'two'])
  })

  it('is named with what is wrong, where, and what to do', () => {
    const { stderr } = result
    expect(stderr).toMatch(/^error: HCLOUD_TOKEN_WRONG: wrong: Hetzner Cloud answered 401 unauthorized/m)
    expect(stderr).toContain('  hint: the token was refused: check HCLOUD_TOKEN_WRONG;')
    expect(stderr).toMatch(/^error: HCLOUD_TOKEN_READER: reader: the token may only read/m)
    expect(stderr).toMatch(/^error: full: Hetzner Cloud answered 403 resource_limit_exceeded/m)
    expect(stderr).toMatch(/^error: faulty\/arm: .*not in this project/m)
    expect(stderr).toMatch(/^error: HCLOUD_TOKEN_UNSET: unset: there is no API token$/m)
  })

  it('is told apart in the debug log, which holds no token', async () => {
    const log = await readFile(join(workspace.root, 'debug.log'), 'utf8')
    for (const name of ['good', 'full', 'faulty']) expect(log).toContain(`{"project":"${name}","method":"POST"`)
    for (const [name, value] of Object.entries(projects.env)) {
      if (name.startsWith('HCLOUD_TOKEN')) expect(log).not.toContain(value)
    }
  })

  it('is a part of the plan', async () => {
    const { code, stdout, stderr } = await run(projects, ['plan', '--project', 'good', '--project', 'wrong'], {
      env: { HCLOUD_TOKEN_WRONG: 'no-token-at-all' },
    })
    expect(code).toBe(3)
    expect(stdout).toMatch(/^In wrong:\n {2}nothing: Hetzner Cloud answered 401/m)
    expect(stderr).toMatch(/^error: HCLOUD_TOKEN_WRONG: wrong: /m)
  })

  it('ends the run before anything is made when there is no other', async () => {
    projects.cloud.forget()
    const args = ['build', '--project', 'wrong', '--project', 'unset', '--output', 'json']
    const env = { HCLOUD_TOKEN_WRONG: 'no-token-at-all', HCLOUD_TOKEN_UNSET: '' }
    const { code, stdout } = await run(projects, args, { env })
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error.problems).toMatchObject([
      { code: 'token', at: { name: 'HCLOUD_TOKEN_WRONG' } },
      { code: 'token', at: { name: 'HCLOUD_TOKEN_UNSET' } },
    ])
    expect(projects.cloud.attempts()).toEqual([])
  })

  it('is not the matter when the input is wrong: then nothing is made anywhere, and all of it is said', async () => {
    projects.cloud.forget()
    const vars = ['--var', 'talos_version=v0.0.1', '--var', 'server_location=nowhere']
    const { code, stderr } = await run(projects, ['build', '--project', 'good', '--project', 'wrong', ...vars], {
      env: { HCLOUD_TOKEN_WRONG: 'no-token-at-all' },
    })
    expect(code).toBe(2)
    expect(stderr).toContain('good: Hetzner Cloud has no location "nowhere"')
    expect(stderr).toContain('wrong: Hetzner Cloud answered 401')
    expect(stderr).toContain('v0.0.1')
    expect(projects.cloud.attempts().filter((one) => !one.includes('ssh_keys'))).toEqual([])
  })
})

describe('what cannot be removed in a project', () => {
  it('has its exit code, and a command with the token of that project', async () => {
    const error = { code: 'server_error', message: 'it stays', details: null }
    await using projects = await createProjects(['one', 'two'], {
      intercept: ({ project, method, path }) =>
        project === 'two' && method === 'DELETE' && path.startsWith('/ssh_keys')
          ? Response.json({ error }, { status: 500 })
          : undefined,
    })
    const args = ['build', '--arch', 'arm', ...projects.flags, '--timeout', 'remove=3s', '--output', 'jsonl']
    const { code, stdout, stderr } = await run(projects, args)
    expect(code, stderr).toBe(4)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const [{ run: id }] = lines.filter(({ type, project }) => type === 'run-started' && project === 'two')
    const removal = `HCLOUD_TOKEN="$HCLOUD_TOKEN_TWO" hcloud ssh-key delete talos-image-${id}`
    expect(stderr).toContain(`hint: remove it:\n    ${removal}\n`)
    const results = lines.filter(({ type }) => type === 'result')
    expect(results.map(({ project, leftovers }) => [project, leftovers.length])).toEqual([
      ['one', 0],
      ['two', 1],
    ])
    expect(results[1].leftovers[0].command).toBe(removal)
    expect(lines.filter(({ project }) => typeof project !== 'string')).toEqual([])
    expect(lines.filter(({ type }) => type === 'plan').map(({ project }) => project)).toEqual(['one', 'two'])
    expect(lines.find(({ type }) => type === 'image-built')).toMatchObject({ image: 'arm' })
    expect(lines.find(({ type }) => type === 'leftover').command).toBe(removal)
  })
})

describe('Ctrl-C in a build in several projects', () => {
  const slow = {
    interceptFactory: (request: Request) =>
      request.method === 'GET' && request.url.includes('/image/') && !request.headers.has('range')
        ? new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1 << 16)) }))
        : undefined,
  }
  const WRITING = /(writing the disk \.\.\.[\s\S]*){2}/

  it('stops and cleans up in all of them', async () => {
    await using projects = await createProjects(['one', 'two'], slow)
    await using build = startCommand(['build', '--arch', 'arm', ...projects.flags], {
      cwd: workspace.root,
      env: projects.env,
    })
    await build.waitForStderr(WRITING)
    for (const name of ['one', 'two']) expect(await projects.remains(name)).toHaveLength(2)
    build.interrupt()
    const { code, stderr } = await build.result
    expect(code, stderr).toBe(130)
    expect(stderr).toContain('Interrupted: not built: one, two. Nothing is left behind.\n')
    for (const name of ['one', 'two']) expect(await projects.remains(name)).toEqual([])
  })

  it('twice names what stays in each, and commands that remove it', async () => {
    let release = (): void => undefined
    let held: Promise<void> | undefined
    await using projects = await createProjects(['one', 'two'], {
      ...slow,
      async intercept({ method }) {
        if (method !== 'DELETE' || held === undefined) return undefined
        await held
        return Response.json({ error: { code: 'unavailable', message: 'too late' } }, { status: 503 })
      },
    })
    await using build = startCommand(['build', '--arch', 'arm', ...projects.flags], {
      cwd: workspace.root,
      env: projects.env,
    })
    await build.waitForStderr(WRITING)
    held = new Promise((resolve) => {
      release = resolve
    })
    build.interrupt()
    await build.waitForStderr(/(removing the build server[\s\S]*){2}/)
    const { code, stderr } = await build.insist()
    expect(code).toBe(130)
    held = undefined
    release()
    for (const name of ['one', 'two']) {
      const [, id] = new RegExp(`Left behind by run (\\w+) in ${name}:\n`).exec(stderr) ?? []
      const token = `HCLOUD_TOKEN_${name.toUpperCase()}`
      expect(stderr).toContain(`: HCLOUD_TOKEN="$${token}" hcloud server delete talos-image-${id}-arm\n`)
      expect(stderr).toContain(`Remove all of it:\n  talos-image cleanup --run ${id} --project ${name}=${token}\n`)
      expect(await projects.remains(name)).toHaveLength(2)
      const cleaned = await run(projects, ['cleanup', '--run', id ?? '', '--project', `${name}=${token}`])
      expect(cleaned.stdout, cleaned.stderr).toBe('Removed 2 of 2.\n')
      expect(await projects.remains(name)).toEqual([])
    }
  })
})

describe('projects in a file', () => {
  const FILE = '_packer/talos-image.yaml'

  it('are built all of them, or those that are named', async () => {
    await using home = await createWorkspace({
      [FILE]: 'projects:\n  - name: one\n  - name: two\n    token: SECOND\n',
    })
    await using projects = await createProjects(['one', 'two'])
    const { HCLOUD_TOKEN_ONE = '', HCLOUD_TOKEN_TWO = '' } = projects.env
    const env = { ...projects.env, HCLOUD_TOKEN_ONE, HCLOUD_TOKEN_TWO: '', SECOND: HCLOUD_TOKEN_TWO }
    const command = (...args: string[]) => runCommand(args, { cwd: home.root, env })
    const only = await command('build', '--arch', 'x86', '--project', 'two', '--manifest', 'm/{project}.json')
    expect(only.code, only.stderr).toBe(0)
    expect(await architecturesOf(projects, 'two')).toEqual(['x86'])
    expect(await projects.snapshots('one')).toEqual([])
    const all = await command('build', '--arch', 'x86', '--manifest', 'm/{project}.json')
    expect(all.code, all.stderr).toBe(0)
    expect(await architecturesOf(projects, 'one')).toEqual(['x86'])
    for (const [name, status] of [
      ['one', 'built'],
      ['two', 'existing'],
    ] as const) {
      const manifest = JSON.parse(await readFile(join(home.root, 'm', `${name}.json`), 'utf8'))
      expect(manifest).toMatchObject({ project: name, snapshots: [{ status }] })
    }
    expect((await command('list', '--project', 'two', '--output', 'json')).stdout).toContain('"x86"')
    const typo = await command('list', '--project', 'twoo')
    expect(typo.code).toBe(2)
    expect(typo.stderr).toContain(`error: --project: ${FILE} has no project "twoo"\n  hint: did you mean "two"?`)
  })

  it('with mistakes are said with their places, with those of the other files, and never a token', async () => {
    const token = 'aB3'.repeat(21).padEnd(64, 'x')
    await using home = await createWorkspace({
      [FILE]: `projects:\n  - name: one\n    token: ${token}\n  - nmae: two\n  - name: Three\n    tokn: X\nproject: 1\n`,
      '_packer/hcloud.auto.pkrvars.hcl': 'server_type_arm = foo\n',
    })
    const { code, stdout, stderr } = await runCommand(['build', '--project', `x=${token}`, '--output', 'json'], {
      cwd: home.root,
    })
    expect(code).toBe(2)
    expect(stdout + stderr).not.toContain(token.slice(0, 30))
    const places = [...stderr.matchAll(/^error: (\S+): /gm)].map(([, place]) => place)
    expect(places.toSorted()).toEqual(
      [
        `${FILE}:3:12`,
        `${FILE}:4:5`,
        `${FILE}:4:5`,
        `${FILE}:5:11`,
        `${FILE}:6:5`,
        `${FILE}:7:1`,
        '--project',
        '_packer/hcloud.auto.pkrvars.hcl:1:19',
      ].toSorted(),
    )
    expect(stderr).toContain('did you mean "name"?')
    expect(stderr).toContain('did you mean "token"?')
    expect(stderr).toContain('did you mean "projects"?')
    expect(stderr).toContain('this looks like a token itself')
  })
})

describe('a disk image of ones own', () => {
  it('is given to each project; standard input only to one', async () => {
    await using projects = await createProjects(['one', 'two'])
    const url = `${projects.cloud.factoryUrl}/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.12.2/hcloud-amd64.raw.zst`
    await workspace.write('own.raw.zst', new Uint8Array(await (await fetch(url)).arrayBuffer()))
    const args = ['build', '--arch', 'x86', ...projects.flags, '--image-file']
    const { code, stderr } = await run(projects, [...args, 'own.raw.zst'])
    expect(code, stderr).toBe(0)
    const [one, two] = [await projects.snapshots('one'), await projects.snapshots('two')]
    const hash = 'talos-image/source-sha256'
    expect(one[0]?.labels[hash]).toMatch(/^[0-9a-f]{32}$/)
    expect(two[0]?.labels[hash]).toBe(one[0]?.labels[hash])
    const refused = await run(projects, [...args, '-'])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('standard input can be read once, and there are several projects')
  })
})

it('a standing sandbox prints what --project needs', async () => {
  await using home = await createWorkspace()
  await using sandbox = startCommand(['sandbox', '--project', 'one', '--project', 'two'], {
    cwd: home.root,
    env: home.sandboxEnv,
  })
  await sandbox.waitForStderr(/Ctrl-C ends it/)
  const program = `export $(node '${join(import.meta.dirname, '../../dist/cli.cjs')}' sandbox); env`
  const env = { ...home.sandboxEnv, PATH: process.env.PATH ?? '' }
  const printed = execFileSync('bash', ['-c', program], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const exported = Object.fromEntries(
    [...printed.matchAll(/^((?:HCLOUD|TALOS_IMAGE)\w+)=(.*)$/gm)].map((m) => [m[1], m[2]]),
  )
  const args = ['build', '--arch', 'arm', '--project', 'one', '--project', 'two']
  const built = await runCommand(args, { cwd: home.root, env: exported })
  expect(built.code, built.stderr).toBe(0)
  const attached = await runCommand(['list', '--sandbox', '--project', 'two'], { cwd: home.root, env: home.sandboxEnv })
  expect(attached.stdout).toMatch(/^4\d{8} +arm/m)
  // One that it lacks is made.
  const three = ['list', '--sandbox', '--project', 'three', '--output', 'json']
  const made = await runCommand(three, { cwd: home.root, env: home.sandboxEnv })
  expect(made.code, made.stderr).toBe(0)
  expect(JSON.parse(made.stdout)).toMatchObject({ snapshots: [] })
})
