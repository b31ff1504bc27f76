/** A build as a job in GitHub Actions: groups, annotations, and the summary of the job. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { createProject } from '../support/project.ts'
import { createWorkspace, VAR_FILE } from '../support/workspace.ts'

const ACTIONS = { CI: 'true', GITHUB_ACTIONS: 'true' }

describe('in GitHub Actions', () => {
  it('a build has groups, an annotation for what failed, and a summary that is added to', async () => {
    const error = { code: 'invalid_input', message: '100% wrong | ::x', details: null }
    let snapshots = 0
    await using workspace = await createWorkspace({ 'summary.md': 'from before\n' })
    await using project = await createProject({
      intercept: ({ path }) =>
        path.endsWith('/create_image') && ++snapshots === 1 ? Response.json({ error }, { status: 422 }) : undefined,
    })
    const env = { ...project.env, ...ACTIONS, GITHUB_STEP_SUMMARY: join(workspace.root, 'summary.md') }
    const { code, stdout, stderr } = await runCommand(['build', ...project.sshFlags], { cwd: workspace.root, env })
    expect(code, stderr).toBe(3)
    const commands = stderr.split('\n').filter((line) => line.startsWith('::'))
    const [, built = '', id = ''] = /^::group::(arm|x86): snapshot (\d+) in /m.exec(stderr) ?? []
    const failed = built === 'arm' ? 'x86' : 'arm'
    expect(commands).toEqual([
      '::group::Plan: Talos v1.12.2, 2 images',
      '::endgroup::',
      expect.stringMatching(/^::group::arm: /),
      '::endgroup::',
      expect.stringMatching(/^::group::x86: /),
      '::endgroup::',
      expect.stringMatching(new RegExp(`^::error title=talos-image::${failed}: .*100%25 wrong \\| ::x.*%0Ahint: run`)),
    ])
    expect(stderr).toMatch(/^reading the disk back: \d/m)
    expect(stderr).not.toMatch(/^error:/m)
    expect(stdout).toMatch(new RegExp(`^${id} `, 'm'))

    const summary = await readFile(join(workspace.root, 'summary.md'), 'utf8')
    expect(summary).toMatch(/^from before\n### Talos v1\.12\.2: 1 of 2 snapshots\n/)
    expect(summary).toContain(`| <code>${id}</code> | ${built} | generic |`)
    expect(summary).toMatch(/^```mermaid\ngantt\n( {4}.*\n)+```$/m)
    expect(summary).toContain('    reading the disk back')
    expect(summary).toMatch(new RegExp(`^\\| ${failed} \\| .*100% wrong &#124; ::x`, 'm'))
  })

  it.each([
    ['buld', "unknown command 'buld'%0Ahint: Did you mean build?"],
    ['build --nope', "unknown option '--nope'"],
    ['build --arch a%,b::c', "option '--arch <arch>' argument 'a%25,b::c' is invalid. Use arm or x86."],
    ['help biuld', "unknown command 'biuld'%0Ahint: Did you mean build?"],
    ['show', "missing required argument 'id'"],
    ['', 'no command was given'],
    ['schematic', 'no command was given'],
  ])('a command line that is wrong is an annotation: %s', async (args, text) => {
    await using workspace = await createWorkspace()
    const words = args === '' ? [] : args.split(' ')
    const { code, stdout, stderr } = await runCommand(words, { cwd: workspace.root, env: ACTIONS })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n').filter((line) => line.startsWith('::'))).toEqual([`::error title=talos-image::${text}`])
    expect(stderr).not.toMatch(/^error:/m)
  })

  it('of several mistakes, each is an annotation', async () => {
    await using workspace = await createWorkspace()
    const args = ['build', '--roles', '--schematic', 'mine.yaml', '--var', 'nope', '--factory-url', 'nowhere']
    const { code, stderr } = await runCommand(args, { cwd: workspace.root, env: ACTIONS })
    expect(code).toBe(2)
    const annotations = stderr.split('\n').filter((line) => line.startsWith('::error title=talos-image::'))
    expect(annotations).toHaveLength(4)
    expect(annotations.join('\n')).toContain('::HCLOUD_TOKEN: there is no API token%0Ahint: ')
  })

  it('a mistake in a file is an annotation at its line', async () => {
    await using workspace = await createWorkspace({
      [VAR_FILE]: 'talos_version = "v1.12.2"\nserver_type_arm = foo\n',
    })
    const env = { ...ACTIONS, HCLOUD_TOKEN: 'unknown-token', GITHUB_WORKSPACE: workspace.root }
    const { code, stderr } = await runCommand(['plan'], { cwd: workspace.root, env })
    expect(code).toBe(2)
    expect(stderr).toContain(`::error title=talos-image,file=${VAR_FILE},line=2,col=19::"server_type_arm": variables`)
  })
})
