/** A build that ends early at each of its steps: what it cleans up itself, and what others remove after it. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Action, Image, Server, SshKey } from '../../src/hetzner/wire.ts'
import { createKeyPair } from '../../src/remote/key-pair.ts'
import { runCommand } from '../support/command.ts'
import { createHeldProject, type Hold } from '../support/held-build.ts'
import type { Project } from '../support/project.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

let workspace: Workspace

beforeAll(async () => {
  workspace = await createWorkspace()
})
afterAll(() => workspace[Symbol.asyncDispose]())

const [PUBLISH, REMOVE] = [/^PUT \/images\//, /^DELETE \/servers\//]

/**
 * A moment within each step, and how many snapshots it publishes: one that is stopped brings a publication to its end
 * that is on its way, one that is killed does not.
 */
const MOMENTS = {
  'while it makes the key': { hold: { request: /^POST \/ssh_keys$/, when: 'after' }, stopped: 0, killed: 0 },
  'while it makes the server': { hold: { request: /^POST \/servers$/, when: 'after' }, stopped: 0, killed: 0 },
  'while it boots': { hold: { request: /\/poweron$/, when: 'before' }, stopped: 0, killed: 0 },
  'while it writes': { hold: { download: true }, stopped: 0, killed: 0 },
  'while it reads back': { hold: { command: '*boot-sector*' }, stopped: 0, killed: 0 },
  'while it takes the snapshot': { hold: { request: /\/create_image$/, when: 'after' }, stopped: 0, killed: 0 },
  // The server is removed meanwhile.
  'while it publishes': { hold: { request: PUBLISH, when: 'before', beside: REMOVE }, stopped: 1, killed: 0 },
  'when it has published': { hold: { request: PUBLISH, when: 'after', beside: REMOVE }, stopped: 1, killed: 1 },
  'while it removes the server': { hold: { request: REMOVE, when: 'before', beside: PUBLISH }, stopped: 1, killed: 1 },
} as const satisfies Record<string, { readonly hold: Hold; readonly stopped: number; readonly killed: number }>

type Moment = keyof typeof MOMENTS
const MOMENT_NAMES: readonly Moment[] = [
  'while it makes the key',
  'while it makes the server',
  'while it boots',
  'while it writes',
  'while it reads back',
  'while it takes the snapshot',
  'while it publishes',
  'when it has published',
  'while it removes the server',
]

/** Everything in the project: what it is called, and its labels. */
async function look({ api }: Project): Promise<Record<string, unknown>> {
  const { servers } = await api(v.object({ servers: v.array(Server) }), 'GET', '/servers')
  const { ssh_keys } = await api(v.object({ ssh_keys: v.array(SshKey) }), 'GET', '/ssh_keys')
  const { images } = await api(v.object({ images: v.array(Image) }), 'GET', '/images?type=snapshot')
  return Object.fromEntries([
    ...servers.map(({ id, labels }) => [`servers/${id}`, labels]),
    ...ssh_keys.map(({ id, labels }) => [`ssh_keys/${id}`, labels]),
    ...images.map(({ id, labels }) => [`images/${id}`, labels]),
  ])
}

const OTHER_RUN = { 'talos-image/run': 'livingxx', 'talos-image/lease': '4000000000' }
const PUBLISHED = { os: 'talos', arch: 'arm', 'talos-image/run': 'earlierx' }

/** What others have in the project: a server and a key, a published snapshot, and all that a living run has. */
async function settle({ api }: Project): Promise<void> {
  const order = { server_type: 'cx23', image: 'debian-13', location: 'fsn1', start_after_create: false }
  const Made = v.object({ server: Server })
  const { server } = await api(Made, 'POST', '/servers', { ...order, name: 'mine', labels: { owner: 'me' } })
  await api(Made, 'POST', '/servers', { ...order, name: 'talos-image-livingxx-arm', labels: OTHER_RUN })
  for (const [name, labels] of [
    ['mine', {}],
    ['talos-image-livingxx', OTHER_RUN],
  ] as const) {
    const { publicKey } = await createKeyPair(name)
    await api(v.unknown(), 'POST', '/ssh_keys', { name, public_key: publicKey, labels })
  }
  const Taken = v.object({ image: Image, action: Action })
  for (const labels of [PUBLISHED, OTHER_RUN]) {
    const path = `/servers/${server.id}/actions/create_image`
    const { action } = await api(Taken, 'POST', path, { type: 'snapshot', description: 'x', labels })
    await expect
      .poll(async () => (await api(v.object({ action: Action }), 'GET', `/actions/${action.id}`)).action.status)
      .toBe('success')
  }
}

/** What is there now and was not before: the labels of each. @throws Error when anything from before is another now */
async function newSince(project: Project, before: Record<string, unknown>): Promise<Record<string, unknown>> {
  const now = await look(project)
  expect(now).toMatchObject(before)
  return Object.fromEntries(Object.entries(now).filter(([name]) => !(name in before)))
}

/** How many servers there are that were not there before. */
async function countServers(project: Project, before: Record<string, unknown>): Promise<number> {
  return Object.keys(await newSince(project, before)).filter((name) => name.startsWith('servers/')).length
}

/** There is nothing but so many published snapshots, which no lease will end. */
function expectPublished(found: Record<string, unknown>, count: number): void {
  expect(Object.keys(found)).toEqual(Array.from({ length: count }, () => expect.stringMatching(/^images\//)))
  for (const labels of Object.values(found)) {
    expect(labels).toMatchObject({ os: 'talos', arch: 'arm' })
    expect(labels).not.toHaveProperty('talos-image/lease')
  }
}

describe('a build', () => {
  // While it writes: see signals.test.ts.
  it.each<[Moment, 'SIGINT' | 'SIGTERM', number]>([
    ['while it makes the key', 'SIGINT', 130],
    ['while it makes the server', 'SIGINT', 130],
    ['while it boots', 'SIGINT', 130],
    ['while it boots', 'SIGTERM', 143],
    ['while it reads back', 'SIGINT', 130],
    ['while it takes the snapshot', 'SIGINT', 130],
    ['while it takes the snapshot', 'SIGTERM', 143],
    ['while it publishes', 'SIGINT', 130],
    ['when it has published', 'SIGINT', 130],
    ['while it removes the server', 'SIGINT', 130],
  ])('%s, at a %s, ends with its code and leaves nothing temporary', async (moment, signal, exitCode) => {
    const { hold, stopped } = MOMENTS[moment]
    await using project = await createHeldProject(hold)
    const before = await look(project)
    const held = await project.startHeldBuild(workspace, ['--report', `${signal}.html`])
    await using build = held.build
    build.kill(signal)
    await build.waitForStderr(/Stopping, and removing/)
    project.release()
    const { code, stdout, stderr } = await build.result
    expect(code, stderr).toBe(exitCode)
    const found = await newSince(project, before)
    expectPublished(found, stopped)
    // What was published is told, whatever came then.
    for (const name of Object.keys(found)) expect(stdout).toContain(name.replace('images/', ''))
    expect(stderr).not.toMatch(/defect|could not be removed|^\s+at /m)
    const page = await readFile(join(workspace.root, `${signal}.html`), 'utf8')
    expect(page).toContain(stopped === 0 ? '0 of 1 snapshots' : '1 of 1 snapshots')
    expect(page).toMatch(stopped === 0 ? /class="badge warning">interrupted</ : /class="badge good">built</)
  })
})

describe('a build that was killed', () => {
  const kill = async (moment: Moment) => {
    const project = await createHeldProject(MOMENTS[moment].hold)
    await settle(project)
    const before = await look(project)
    const held = await project.startHeldBuild(workspace)
    await using build = held.build
    build.kill('SIGKILL')
    await build.result
    project.refuse()
    return { project, before, run: held.run }
  }
  const command = (project: Project, ...args: string[]) => runCommand(args, { cwd: workspace.root, env: project.env })

  it.each(MOMENT_NAMES)('%s is removed by cleanup --run, and nothing else', async (moment) => {
    const { project, before, run } = await kill(moment)
    await using _ = project
    const { hold } = MOMENTS[moment]
    if ('beside' in hold && hold.beside === REMOVE) await expect.poll(() => countServers(project, before)).toBe(0)
    const left = Object.keys(await newSince(project, before))
    expect(left.length).toBeGreaterThan(MOMENTS[moment].killed)
    const temporary = left.length - MOMENTS[moment].killed
    const cleaned = await command(project, 'cleanup', '--run', run)
    expect(cleaned).toMatchObject({ code: 0, stdout: `Removed ${temporary} of ${temporary}.\n` })
    expectPublished(await newSince(project, before), MOMENTS[moment].killed)
  })

  it.each<Moment>(['while it makes the server', 'while it takes the snapshot', 'while it removes the server'])(
    '%s is removed by the next build when its lease is over, and nothing else',
    async (moment) => {
      const { project, before, run } = await kill(moment)
      await using _ = project
      const lapsed = { 'talos-image/run': run, 'talos-image/lease': '1000000000' }
      for (const [path, labels] of Object.entries(await newSince(project, before))) {
        if (JSON.stringify(labels).includes('talos-image/lease')) {
          await project.api(v.unknown(), 'PUT', `/${path}`, { labels: lapsed })
        }
      }
      const { code, stderr } = await command(project, 'build', '--arch', 'arm', ...project.sshFlags)
      expect(code, stderr).toBe(0)
      expectPublished(await newSince(project, before), 1)
      expect(stderr).toMatch(/removed SSH key \d+ \(talos-image-\w+\), which an earlier run left behind/)
    },
  )
})
