/** A manifest that cannot be written is found out before anything is made. */

import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../../support/command.ts'
import { createProject, type Project } from '../../support/project.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { createWorkspace, type Workspace } from '../../support/workspace.ts'

let project: Project
let workspace: Workspace

beforeAll(async () => {
  project = await createProject({ machines: 'none' })
  workspace = await createWorkspace({ 'file.txt': 'a file' })
})
afterAll(async () => {
  await project.close()
  await workspace[Symbol.asyncDispose]()
})

const build = (manifest: string): Promise<CommandResult> =>
  runCommand(['build', '--manifest', manifest], { cwd: workspace.root, env: project.env })

describe('a refused manifest', () => {
  it.each([
    ['that is a folder', '_packer', '_packer cannot be written: it is a folder'],
    ['below a file', 'file.txt/manifest.json', 'file.txt/manifest.json cannot be written: a part of the path is not'],
    [
      'far below a file',
      'file.txt/a/b.json',
      'file.txt/a/b.json cannot be written: a part of the path is not a folder',
    ],
    ['where no file can be written', '/proc/manifest.json', '/proc/manifest.json cannot be written: '],
  ])('%s', async (_, path, message) => {
    expectRefusal(await build(path), `error: --manifest: ${message}`, 'hint: name a file in a folder that you may')
    expect(project.log).toEqual([])
  })

  it.skipIf(process.getuid?.() === 0)('where this user may not write', async () => {
    const folder = join(workspace.root, 'locked')
    await mkdir(folder)
    await chmod(folder, 0o500)
    expectRefusal(await build('locked/manifest.json'), 'error: --manifest: locked/manifest.json', 'no permission')
  })
})
