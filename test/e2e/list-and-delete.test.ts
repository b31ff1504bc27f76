/** `talos-image list` and `delete`, of what a build and others have made. */

import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Image } from '../../src/hetzner/wire.ts'
import type { CommandResult } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { expectFailure, expectRefusal } from '../support/refusal.ts'
import { runInWorkspace } from '../support/workspace.ts'

let project: Project
const ids: Record<'arm' | 'x86' | 'foreign' | 'unpublished', number> = { arm: 0, x86: 0, foreign: 0, unpublished: 0 }

const run = (...args: string[]): Promise<CommandResult> => runInWorkspace(args, { env: project.env })

const IDs = v.object({ snapshots: v.array(v.object({ id: v.number() })) })

async function list(...args: string[]): Promise<number[]> {
  const { stdout } = await run('list', '--output', 'json', ...args)
  return v.parse(IDs, JSON.parse(stdout)).snapshots.map(({ id }) => id)
}

beforeAll(async () => {
  project = await createProject()
  const built = await run('build', 'worker', ...project.sshFlags)
  expect(built.code, built.stderr).toBe(0)
  for (const { id, architecture } of await project.snapshots()) ids[architecture] = id
  ids.foreign = await project.addSnapshot({ owner: 'somebody' })
  ids.unpublished = await project.addSnapshot({
    os: 'talos',
    'talos-image/run': 'abcdefgh',
    'talos-image/lease': '2000000000',
  })
})
afterAll(() => project.close())

describe('list', () => {
  it('shows the Talos snapshots, newest first, and nothing that is not published', async () => {
    const { code, stdout, stderr } = await run('list')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^ID +ARCH +ROLE +VERSION +SIZE +CREATED \(UTC\) +DESCRIPTION\n/)
    expect(stdout).toMatch(
      new RegExp(`^${ids.x86} +x86 +worker +v1\\.12\\.2 .*Talos Linux v1\\.12\\.2 x86 by hcloud-t`, 'm'),
    )
    expect(new Set(await list())).toEqual(new Set([ids.arm, ids.x86]))
  })

  it('shows what the selector says', async () => {
    expect(await list('--selector', 'os=talos,arch=arm')).toEqual([ids.arm])
    expect(await list('--selector', 'owner')).toEqual([ids.foreign])
    expect(await list('--selector', 'os=talos,!role')).toEqual([])
  })

  it('shows what the flags ask for, in JSON as in text', async () => {
    expect(await list('--arch', 'arm')).toEqual([ids.arm])
    expect(await list('--role', 'worker', '--arch', 'x86', '--version', 'v1.12')).toEqual([ids.x86])
    expect(await list('--role', 'none', '--role', 'control-plane')).toEqual([])
    expect(await list('--label', 'arch=arm', '--label', 'role')).toEqual([ids.arm])
    expect(await list('--selector', 'os=talos,arch=arm', '--arch', 'x86')).toEqual([])
    expect((await run('list', '--version', 'v1.13')).stdout).toBe(
      'No Talos snapshots match; there are 2 others. Leave out --arch, --role, --version or --label to see more.\n',
    )
  })

  it('sorts as it is told', async () => {
    const [first, second] = [ids.arm, ids.x86].toSorted((a, b) => a - b)
    expect(await list('--sort', 'id')).toEqual([first, second])
    expect(await list('--sort', 'id:desc')).toEqual([second, first])
    expect(await list('--sort', 'arch')).toEqual([ids.arm, ids.x86])
    expect(await list('--sort', 'architecture:desc')).toEqual([ids.x86, ids.arm])
  })

  it('shows more with --wide', async () => {
    const { stdout } = await run('list', '--wide', '--arch', 'arm')
    expect(stdout).toMatch(/^ID .* DESCRIPTION +NEEDS DISK +PROTECTED +BOOTED +SCHEMATIC +LABELS\n/)
    expect(stdout).toMatch(new RegExp(`^${ids.arm} .* no +- +[0-9a-f]{64} +os=talos, `, 'm'))
  })

  it.each([
    [['--arch', 'arm64'], 'Hetzner calls it "arm"'],
    [['--role', 'GPU'], 'Use small letters, digits and dashes'],
    [['--version', '1.12'], 'Did you mean "v1.12"?'],
    [['--sort', 'craeted'], 'did you mean "created"?'],
    [['--sort', 'id:up'], 'id:desc for the largest first'],
  ])('refuses %s', async (args, text) => {
    expectRefusal(await run('list', ...args), text)
  })

  it('says so when there is nothing', async () => {
    expect((await run('list', '--selector', 'none')).stdout).toMatch(/^No Talos snapshots/)
  })

  it('refuses a selector that is none', async () => {
    expectRefusal(
      await run('list', '--selector', 'a=b=c'),
      'error: --selector: "a=b=c" is not a label',
      'hint: write it',
    )
  })
})

describe('delete', () => {
  it('does nothing for an ID that is not there, not even for the others', async () => {
    const result = await run('delete', '--yes', String(ids.arm), '999')
    expectFailure(
      1,
      result,
      'error: there is no snapshot 999 in this project',
      'hint: see what there is:\n    talos-image list',
    )
    expect(await list()).toContain(ids.arm)
  })

  it('refuses what is no snapshot', async () => {
    const { images } = await project.api(v.object({ images: v.array(Image) }), 'GET', '/images?type=system')
    expectRefusal(
      await run('delete', '--yes', String(images[0]?.id)),
      'is not a snapshot but a system image',
      'hint: only snapshots',
    )
  })

  it('refuses what is no Talos snapshot, unless forced', async () => {
    const id = String(ids.foreign)
    expectRefusal(
      await run('delete', '--yes', id),
      `${id} (made by hand) does not look like a Talos snapshot`,
      'add --force',
    )
    expect(await run('delete', '--yes', id, '--force')).toEqual({
      code: 0,
      stdout: `Deleted snapshot ${id} (made by hand)\n`,
      stderr: '',
    })
  })

  it('refuses what is protected, even when forced', async () => {
    const path = `/images/${ids.arm}/actions/change_protection`
    await project.api(v.unknown(), 'POST', path, { delete: true })
    const result = await run('delete', '--yes', '--force', String(ids.x86), String(ids.arm))
    expectRefusal(
      result,
      `${ids.arm} (Talos Linux v1.12.2 ARM by hcloud-talos (worker)) is protected`,
      'talos-image unprotect',
    )
    expect(await list()).toContain(ids.x86)
    await project.api(v.unknown(), 'POST', path, { delete: false })
  })

  it('deletes several, each once', async () => {
    const { code, stdout } = await run('delete', '--yes', String(ids.arm), String(ids.x86), String(ids.arm))
    expect(code).toBe(0)
    expect(stdout.split('\n')).toHaveLength(3)
    expect(await list()).toEqual([])
  })
})
