/** What is there already: skipped, or replaced when asked to. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { createWorkspace } from '../support/workspace.ts'

async function withSnapshot(use: (project: Project, build: Build, id: number) => Promise<void>): Promise<void> {
  await using workspace = await createWorkspace()
  await using project = await createProject()
  const build: Build = (...args) =>
    runCommand(['build', '--arch', 'x86', ...project.sshFlags, ...args], { cwd: workspace.root, env: project.env })
  expect(await build()).toMatchObject({ code: 0 })
  const [snapshot, ...others] = await project.snapshots()
  expect(others).toEqual([])
  if (snapshot === undefined) throw new Error('no snapshot was built')
  project.forget()
  await use(project, build, snapshot.id)
}

type Build = (...args: string[]) => Promise<CommandResult>

describe('building what exists already', () => {
  it('makes nothing, and gives the snapshot that is there', () =>
    withSnapshot(async (project, build, id) => {
      const { code, stdout, stderr } = await build()
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`^${id} .* existing `, 'm'))
      expect(stderr).toContain(`[x86] exists already: snapshot ${id}`)
      expect(project.changes()).toEqual([])
    }))

  it('replaces it with --force, and only once the new one is published', () =>
    withSnapshot(async (project, build, id) => {
      const { code, stderr } = await build('--force')
      expect(code).toBe(0)
      expect(stderr).toContain(`replaces snapshot ${id}, once the new one is published`)
      expect(stderr).toContain(`deleted the snapshot ${id}, which the new one replaces`)
      const snapshots = await project.snapshots()
      expect(snapshots).toHaveLength(1)
      expect(snapshots[0]?.id).not.toBe(id)
      const changes = project.changes()
      const published = changes.indexOf(`PUT /images/${snapshots[0]?.id}`)
      expect(published).toBeGreaterThan(0)
      expect(changes.indexOf(`DELETE /images/${id}`)).toBeGreaterThan(published)
      expect(await project.remains()).toEqual([])
    }))

  it('keeps the old one when it is protected, and says so', () =>
    withSnapshot(async (project, build, id) => {
      const path = `/images/${id}/actions/change_protection`
      await project.api(v.unknown(), 'POST', path, { delete: true })
      const { code, stderr } = await build('--force')
      expect(code).toBe(0)
      expect(stderr).toContain(`the snapshot ${id}, which the new one replaces, is protected and is kept`)
      expect(await project.snapshots()).toHaveLength(2)
    }))

  it('keeps the old one when the new one fails', async () => {
    await using workspace = await createWorkspace()
    let broken = false
    await using project = await createProject({
      failAction: (command) => (broken && command === 'create_image' ? { code: 'failed', message: 'no' } : undefined),
    })
    const build: Build = (...args) =>
      runCommand(['build', '--arch', 'x86', ...project.sshFlags, ...args], { cwd: workspace.root, env: project.env })
    expect(await build()).toMatchObject({ code: 0 })
    const before = await project.snapshots()
    broken = true
    const { code, stderr } = await build('--force')
    expect(code).toBe(1)
    expect(stderr).toMatch(/error: x86: .*snapshot/)
    expect(await project.snapshots()).toEqual(before)
    expect(await project.remains()).toEqual([])
  })

  it('builds again when a label by which it is found was changed', () =>
    withSnapshot(async (project, build, id) => {
      const [snapshot] = await project.snapshots()
      const labels = { ...snapshot?.labels, version: 'v0.0.0' }
      await project.api(v.unknown(), 'PUT', `/images/${id}`, { labels })
      expect(await build()).toMatchObject({ code: 0, stdout: expect.not.stringContaining('existing') })
      expect(await project.snapshots()).toHaveLength(2)
    }))
})
