/** Looking at things: `select`, `protect`, `versions`, `extensions`. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandResult } from '../support/command.ts'
import { parseDocument } from '../support/documents.ts'
import { createProject, type Project } from '../support/project.ts'
import { expectFailure, expectRefusal } from '../support/refusal.ts'
import { runInWorkspace } from '../support/workspace.ts'

let project: Project
let generic = 0
let worker = 0

const run = (...args: string[]): Promise<CommandResult> => runInWorkspace(args, { env: project.env })

beforeAll(async () => {
  project = await createProject()
  for (const role of [[], ['worker']]) {
    const built = await run('build', ...role, '--arch', 'x86', ...project.sshFlags)
    expect(built.code, built.stderr).toBe(0)
  }
  for (const { id, labels } of await project.snapshots()) {
    if (labels.role === 'worker') worker = id
    else generic = id
  }
})
afterAll(() => project.close())

describe('select', () => {
  it('shows what Terraform takes, and warns that the default selector takes role images, too', async () => {
    const { code, stdout, stderr } = await run('select', 'os=talos', '--arch', 'x86')
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^=> +${worker} +x86 +worker `, 'm'))
    expect(stdout).toContain(
      `Terraform with most_recent takes ${worker}: the newest of 2 x86 snapshots that match "os=talos".`,
    )
    expect(stderr).toContain('"os=talos" matches images of several kinds (worker, generic)')
    expect(stderr).toContain('say which is meant: "os=talos,role=worker" or "os=talos,!role"')
  })

  it.each([
    ['os=talos,!role', () => generic],
    ['os=talos,role=worker', () => worker],
    ['--role worker --version v1.12.2', () => worker],
  ])('has nothing to warn of with %s', async (words, id) => {
    const { code, stdout, stderr } = await run('select', ...words.split(' '), '--arch', 'x86', '--output', 'json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ selected: { id: id() }, others: [], warnings: [] })
  })

  it('says when nothing matches, and when the question is wrong', async () => {
    expectFailure(1, await run('select', 'os=talos', '--arch', 'arm'), 'no arm snapshot matches "os=talos"')
    expectRefusal(await run('select', 'a=b=c', '--arch', 'x86'), 'error: SELECTOR: "a=b=c" is not a label selector')
    expectRefusal(await run('select', 'os=talos'), '--arch')
    expectRefusal(
      await run('select', 'os=talos', '--role', 'worker', '--arch', 'x86'),
      'error: there are a role and a selector',
    )
  })
})

describe('plan', () => {
  it('says what does not apply to a snapshot that is the same', async () => {
    const { code, stderr } = await run('plan', '--arch', 'x86', '--description', 'foo')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`warning: x86: the snapshot ${generic} is the same, and keeps its description`)
  })
})

describe('show', () => {
  it('tells everything about a snapshot', async () => {
    const { code, stdout } = await run('show', String(worker))
    expect(code).toBe(0)
    for (const line of [
      /^role +worker$/,
      /^version +v1\.12\.2$/,
      /^selector +os=talos,role=worker,version=v1\.12\.2$/,
      /^ {2}os=talos$/,
    ])
      expect(stdout.split('\n')).toContainEqual(expect.stringMatching(line))
    expect(stdout).toMatch(/^servers +none was made from it$/m)
    const { snapshot, servers } = parseDocument('show', (await run('show', String(generic), '--output', 'json')).stdout)
    expect({ id: snapshot.id, role: snapshot.role, servers }).toEqual({ id: generic, role: null, servers: [] })
  })

  it('says when there is none', async () => {
    expectFailure(1, await run('show', '999'), 'there is no snapshot 999', 'talos-image list')
    expectRefusal(await run('show', 'talos'), 'Snapshot IDs are numbers')
  })
})

describe('outdated', () => {
  it('compares what there is with what the Image Factory has', async () => {
    const { code, stdout } = await run('outdated')
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^${worker} +x86 +worker +v1\\.12\\.2 +v1\\.12\\.8 +v1\\.13\\.9$`, 'm'))
    expect(stdout).toContain('talos-image build --var talos_version=v1.12.8')
    const { snapshots } = parseDocument('outdated', (await run('outdated', '--output', 'json')).stdout)
    expect(snapshots).toMatchObject([
      { role: null, id: generic },
      { role: 'worker', newerMinor: 'v1.13.9' },
    ])
  })
})

describe('protect', () => {
  it('keeps a snapshot from being deleted, until it is unprotected', async () => {
    const id = String(generic)
    expect(await run('protect', id)).toMatchObject({ code: 0, stdout: `Protected snapshot ${id} against deletion\n` })
    expectRefusal(await run('delete', id, '--yes'), 'is protected against deletion')
    expect(parseDocument('unprotect', (await run('unprotect', id, '--output', 'json')).stdout)).toMatchObject({
      unprotected: [{ id: generic, protected: false }],
    })
    expect((await project.snapshots()).map(({ protection }) => protection.delete)).toEqual([false, false])
  })

  it('does nothing when one is not there', async () => {
    expectFailure(1, await run('protect', String(generic), '999'), 'there is no snapshot 999')
    expect((await project.snapshots()).some(({ protection }) => protection.delete)).toBe(false)
  })
})

describe('the Image Factory', () => {
  /** No token is needed for it. */
  const ask = (...args: string[]): Promise<CommandResult> =>
    runInWorkspace(args, { env: { TALOS_IMAGE_FACTORY_URL: project.env.TALOS_IMAGE_FACTORY_URL } })

  it('tells its versions, newest first', async () => {
    const newest = (await ask('versions')).stdout.trim().split('\n')
    expect(newest[0]).toBe('v1.13.9')
    expect(newest.filter((version) => version.startsWith('v1.12.'))).toHaveLength(1)
    const { versions } = parseDocument('versions', (await ask('versions', '--all', '--output', 'json')).stdout)
    expect(versions.length).toBeGreaterThan(newest.length)
    expect(versions).toContainEqual({ version: 'v1.12.2' })
  })

  it('tells the extensions of a version, those about some words alone', async () => {
    expect((await ask('extensions')).stdout).toMatch(/^siderolabs\/tailscale +\S/m)
    const found = (await ask('extensions', 'v1.13', 'btrfs', 'kernel', '--output', 'json')).stdout
    expect(JSON.parse(found)).toMatchObject({ talosVersion: 'v1.13.9', extensions: [{ name: 'siderolabs/btrfs' }] })
    expectFailure(
      1,
      await ask('extensions', 'v1.13.9', 'tailscal3'),
      'no official extension',
      'did you mean "tailscale"?',
    )
    expectRefusal(await ask('extensions', 'v1.99.0'), 'error: VERSION: the Image Factory has no Talos v1.99.0')
  })
})
