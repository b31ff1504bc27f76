/** `build --output jsonl`: a line for each event, as docs/output.md promises. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BuildLine, parseBuildLines } from '../support/build-line.ts'
import { runCommand } from '../support/command.ts'
import { createProject } from '../support/project.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

let workspace: Workspace

beforeAll(async () => {
  workspace = await createWorkspace()
})
afterAll(() => workspace[Symbol.asyncDispose]())

const typesOf = (lines: readonly BuildLine[], image?: string): string[] =>
  lines.filter((line) => image === undefined || ('image' in line && line.image === image)).map(({ type }) => type)

describe('build --output jsonl', () => {
  it('begins with the plan, tells each event, and ends with what --manifest writes', async () => {
    const error = { code: 'invalid_input', message: 'not this one', details: null }
    let snapshots = 0
    await using project = await createProject({
      intercept: ({ path }) =>
        path.endsWith('/create_image') && ++snapshots === 1 ? Response.json({ error }, { status: 422 }) : undefined,
    })
    const args = ['build', '--output', 'jsonl', '--manifest', 'manifest.json', ...project.sshFlags]
    const { code, stdout, stderr } = await runCommand(args, { cwd: workspace.root, env: project.env })
    expect(code, stderr).toBe(3)
    const lines = parseBuildLines(stdout)
    expect(typesOf(lines).slice(0, 2)).toEqual(['plan', 'run-started'])

    const failed = lines.find((line) => line.type === 'image-failed')
    const built = lines.find((line) => line.type === 'image-built')
    expect(failed?.error.message).toContain('not this one')
    const steps = lines.flatMap((line) =>
      line.type === 'step-finished' && line.image === built?.image ? [line.step] : [],
    )
    expect(steps).toEqual(['server', 'boot', 'write', 'verify', 'snapshot', 'publish', 'clean-up'])
    expect(typesOf(lines, built?.image)).toEqual(expect.arrayContaining(['server-created', 'progress']))

    const last = lines.at(-1)
    if (last?.type !== 'result') throw new Error(`the last line is ${last?.type}`)
    const { time, type, ...document } = last
    expect(JSON.parse(await readFile(join(workspace.root, 'manifest.json'), 'utf8'))).toEqual(document)
    expect(last.failed).toMatchObject([{ image: failed?.image }])
    expect(stderr).toMatch(new RegExp(`^error: ${failed?.image}: .*not this one`, 'm'))
    // What standard output says, standard error does not repeat.
    expect(stderr).not.toContain('booting')
  })

  it('of --dry-run is the plan', async () => {
    await using project = await createProject()
    const args = ['build', '--dry-run', '--arch', 'arm', '-o', 'jsonl']
    const { code, stdout } = await runCommand(args, { cwd: workspace.root, env: project.env })
    expect(code).toBe(0)
    expect(parseBuildLines(stdout)).toMatchObject([{ type: 'plan', images: [{ image: 'arm', action: 'build' }] }])
  })

  it.each([
    ['a variable', ['--var', 'nothing=1', '--output=jsonl'], 'config'],
    ['a flag', ['--ssh-port', '0', '-ojsonl'], 'usage'],
  ])('of a mistake in %s is the problem', async (_, args, problem) => {
    const env = { HCLOUD_TOKEN: 'unknown-token' }
    const { code, stdout } = await runCommand(['build', ...args], { cwd: workspace.root, env })
    expect(code).toBe(2)
    expect(parseBuildLines(stdout)).toMatchObject([{ type: 'error', problems: [{ code: problem }] }])
  })

  it('is nothing that other commands have', async () => {
    const { code, stderr } = await runCommand(['list', '--output', 'jsonl'], { cwd: workspace.root })
    expect(code).toBe(2)
    expect(stderr).toContain("argument 'jsonl' is invalid")
  })
})
