/**
 * The examples for GitLab, run by gitlab-ci-local: it holds a pipeline against GitLab's own schema (as of its release), makes jobs of
 * a matrix, and runs them here instead of in containers. It does not run child pipelines, so a test hands the file over itself.
 */

import { execFileSync } from 'node:child_process'
import { chmod, cp, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { createAnsweringMachines } from '../support/answering-machines.ts'
import { COMMAND_LINE, type CommandResult, ROOT, runCommand } from '../support/command.ts'
import { Run } from '../support/documents.ts'
import { missing, named } from '../support/programs.ts'
import { createProject, type Project } from '../support/project.ts'
import { createWorkspace } from '../support/workspace.ts'

const WHY_NOT = missing('rsync')
const require = createRequire(import.meta.url)
const RUNNER = require.resolve('gitlab-ci-local')
const PROGRAM = [process.execPath, '--import', join(ROOT, 'test/support/set-union.mjs'), RUNNER] as const
const EXAMPLES = join(ROOT, 'examples/gitlab')
const GIT = ['-c', 'user.name=a', '-c', 'user.email=a@example.com']

/** A repository with an example as its pipeline. */
async function createRepository(example: string, project: Project) {
  const workspace = await createWorkspace({ '.gitignore': 'bin\n' })
  const { root } = workspace
  await cp(join(EXAMPLES, example), join(root, '.gitlab-ci.yml'))
  await chmod(await workspace.write('bin/talos-image', `#!/bin/sh\nexec ${COMMAND_LINE} "$@"\n`), 0o755)
  for (const words of [
    ['init', '--quiet'],
    ['add', '.'],
    [...GIT, 'commit', '--quiet', '-m', 'all'],
  ]) {
    execFileSync('git', words, { cwd: root })
  }
  const variables = {
    ...project.env,
    TALOS_IMAGE_SSH_PORT: String(project.sshPort),
    CI_PIPELINE_SOURCE: 'schedule',
    PATH: `${join(root, 'bin')}:${process.env.PATH}`,
  }
  return {
    ...workspace,
    /** Runs jobs of a file, or all of them. */
    run: (file: string, ...jobs: string[]): Promise<CommandResult> =>
      runCommand(
        [
          ...['--file', file, '--force-shell-executor', '--color=false', '--concurrency=2', '--home', root],
          ...Object.entries(variables).flatMap(([name, value]) => ['--variable', `${name}=${value}`]),
          ...jobs,
        ],
        { cwd: root, program: PROGRAM, env: { HOME: root }, timeoutMs: 150_000 },
      ),
    read: async () => v.parse(Run, JSON.parse(await readFile(join(root, 'talos-images.json'), 'utf8'))),
  }
}

const namesOf = ({ snapshots }: v.InferOutput<typeof Run>): string[] => snapshots.map(({ image }) => image).sort()
const ALL = ['arm control-plane', 'arm worker', 'x86 control-plane', 'x86 worker']

describe.skipIf(WHY_NOT !== undefined)(named('the example for GitLab', WHY_NOT), () => {
  it('with a matrix builds each missing image in a job of its own, and nothing when all exist', async () => {
    await using project = await createProject({ machines: createAnsweringMachines(1) })
    await using repository = await createRepository('matrix.gitlab-ci.yml', project)
    const whole = await repository.run('.gitlab-ci.yml', 'plan')
    expect(whole.code, whole.stderr + whole.stdout).toBe(0)
    expect(whole.stdout + whole.stderr).toContain('json schema validated')
    const child = await repository.run('images.yml')
    expect(child.code, child.stderr + child.stdout).toBe(0)
    for (const image of ALL) expect(child.stdout).toContain(`build: [${image},`)
    expect(namesOf(await repository.read())).toEqual(ALL)
    expect(await project.snapshots()).toHaveLength(4)
    const again = await repository.run('.gitlab-ci.yml', 'plan')
    expect(again.code, again.stderr + again.stdout).toBe(0)
    const nothing = await repository.run('images.yml')
    expect(nothing.code, nothing.stderr + nothing.stdout).toBe(0)
    expect(nothing.stdout).toContain('all images exist')
    expect(await project.snapshots()).toHaveLength(4)
  })

  it('with shards builds each image in one of them, and has one result', async () => {
    await using project = await createProject({ machines: createAnsweringMachines(1) })
    await using repository = await createRepository('shards.gitlab-ci.yml', project)
    const { code, stdout, stderr } = await repository.run('.gitlab-ci.yml')
    expect(code, stderr + stdout).toBe(0)
    const merged = await repository.read()
    expect(namesOf(merged)).toEqual(ALL)
    expect([merged.runs?.length, merged.failed]).toEqual([4, []])
    expect(await project.snapshots()).toHaveLength(4)
  })

  it('in docs/ci.md is a pipeline', async () => {
    await using project = await createProject({ machines: 'none' })
    await using repository = await createRepository('shards.gitlab-ci.yml', project)
    const page = await readFile(join(ROOT, 'docs/ci.md'), 'utf8')
    const [, job = ''] = /## GitLab CI.*?```yaml\n(.*?)```/s.exec(page) ?? []
    await repository.write('.gitlab-ci.yml', job)
    const { code, stdout, stderr } = await repository.run('.gitlab-ci.yml', '--list')
    expect(code, stderr + stdout).toBe(0)
    expect(stdout).toContain('talos-images')
  })

  it('would be refused with a key that GitLab does not know', async () => {
    await using project = await createProject({ machines: 'none' })
    await using repository = await createRepository('shards.gitlab-ci.yml', project)
    const path = join(repository.root, '.gitlab-ci.yml')
    await writeFile(path, (await readFile(path, 'utf8')).replace('parallel: 4', 'paralel: 4'))
    const { code, stdout, stderr } = await repository.run('.gitlab-ci.yml', '--list')
    expect(code).not.toBe(0)
    expect(stdout + stderr).toContain("'paralel' property is not expected to be here")
  })
})
