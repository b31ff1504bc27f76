import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand } from '../support/command.ts'
import { createProjects } from '../support/projects.ts'
import { createWorkspace } from '../support/workspace.ts'

describe('files of a build in several projects', () => {
  test('are one for each, where their path has a place for its name', async () => {
    await using projects = await createProjects(['one', 'two'])
    await using home = await createWorkspace()
    const files = ['--tfvars', '{project}/talos.auto.tfvars.json', '--packer-manifest', '{project}/packer.json']
    const words = ['build', '--arch', 'x86', ...projects.flags, ...files]
    const { code, stderr } = await runCommand(words, { cwd: home.root, env: projects.env })
    expect(code, stderr).toBe(0)
    for (const name of ['one', 'two']) {
      const [snapshot] = await projects.snapshots(name)
      const read = async (file: string): Promise<unknown> =>
        JSON.parse(await readFile(join(home.root, name, file), 'utf8'))
      expect(await read('talos.auto.tfvars.json')).toMatchObject({ talos_image_ids: { x86: String(snapshot?.id) } })
      expect(await read('packer.json')).toMatchObject({ builds: [{ artifact_id: String(snapshot?.id) }] })
    }
  })

  test('that would be the same one are refused, with all else that is wrong', async () => {
    await using projects = await createProjects(['one', 'two'])
    await using home = await createWorkspace()
    const files = ['--tfvars', 'all.tfvars.json', '--packer-manifest', 'all.json', '--engine', 'packer']
    const words = ['build', ...projects.flags, ...files, '--image-file', 'none.raw']
    const { code, stderr } = await runCommand(words, { cwd: home.root, env: projects.env })
    expect(code).toBe(2)
    expect(stderr).toContain('error: --tfvars: 2 projects cannot write to the same file, all.tfvars.json')
    expect(stderr).toContain('error: --packer-manifest: 2 projects cannot write to the same file, all.json')
    expect(stderr).toContain('error: --engine: Packer builds in one project')
    expect(stderr).toContain('--image-file')
    expect(await projects.snapshots('one')).toEqual([])
  })
})
