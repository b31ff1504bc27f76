/** `talos-image external`, as Terraform's `external` data source calls it. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { expectFailure } from '../support/refusal.ts'
import { hasTerminal, runAtTerminal } from '../support/terminal.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

let project: Project
let workspace: Workspace

const ask = (query: unknown, change: Readonly<Record<string, string>> = {}): Promise<CommandResult> =>
  runCommand(['external'], {
    cwd: workspace.root,
    env: { ...project.env, ...change },
    stdin: typeof query === 'string' ? query : JSON.stringify(query),
  })

/** Exit code 1, nothing on standard output, and a line for each problem. */
function expectLines(result: CommandResult, ...texts: readonly string[]): void {
  expectFailure(1, result, ...texts)
  const lines = result.stderr.trimEnd().split('\n')
  expect(lines.filter((line) => !line.startsWith('error: '))).toEqual([])
  expect(lines).toHaveLength(texts.length)
}

beforeAll(async () => {
  project = await createProject()
  workspace = await createWorkspace()
  for (const args of [[], ['worker']]) {
    const built = await runCommand(['build', ...args, '--arch', 'x86', ...project.sshFlags], {
      cwd: workspace.root,
      env: project.env,
    })
    expect(built.code, built.stderr).toBe(0)
  }
})
afterAll(async () => {
  await project.close()
  await workspace[Symbol.asyncDispose]()
})

describe('external', () => {
  it('answers with the snapshot of a role and a version, as flat text', async () => {
    const { code, stdout, stderr } = await ask({ architecture: 'x86', role: 'worker', talos_version: 'v1.12.2' })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const worker = (await project.snapshots()).find(({ labels }) => labels.role === 'worker')
    const answer: Record<string, unknown> = JSON.parse(stdout)
    expect(answer).toEqual({
      image_id: String(worker?.id),
      selector: 'os=talos,role=worker,version=v1.12.2',
      architecture: 'x86',
      role: 'worker',
      talos_version: 'v1.12.2',
      schematic: expect.stringMatching(/^[0-9a-f]{64}$/),
      installer: expect.stringMatching(/\/hcloud-installer\/[0-9a-f]{64}:v1\.12\.2$/),
      description: worker?.description,
      created: worker?.created,
      disk_gb: '40',
    })
  })

  it('takes what select takes, and keeps role images out of a query without a role', async () => {
    const { stdout } = await ask({ architecture: 'x86' })
    const generic = (await project.snapshots()).find(({ labels }) => labels.role === undefined)
    expect(JSON.parse(stdout)).toMatchObject({
      image_id: String(generic?.id),
      role: 'none',
      selector: 'os=talos,!role',
    })
    const wide = await ask({ architecture: 'x86', selector: 'os=talos' })
    expect(wide.stderr).toMatch(/^warning: "os=talos" matches images of several kinds .*"os=talos,!role"\n$/)
    const selected = await runCommand(['select', 'os=talos', '--arch', 'x86', '--output', 'json'], {
      cwd: workspace.root,
      env: project.env,
    })
    expect(JSON.parse(wide.stdout).image_id).toBe(String(JSON.parse(selected.stdout).selected.id))
  })

  it('says what to run when there is none, and makes nothing', async () => {
    project.forget()
    expectLines(
      await ask({ architecture: 'arm', role: 'worker', talos_version: 'v1.12.2' }),
      'no arm snapshot matches "os=talos,role=worker,version=v1.12.2"; build it: `talos-image build worker --arch arm --var talos_version=v1.12.2`\n',
    )
    expect(project.attempts()).toEqual([])
  })

  it('refuses an invalid query, before any request', async () => {
    project.forget()
    expectLines(await ask(''), 'there is no query on standard input')
    expectLines(await ask('arm'), 'the query is not JSON')
    expectLines(await ask('["arm"]'), 'the query is not a JSON object')
    expectLines(
      await ask({ architecture: 86, rol: 'worker' }),
      'query architecture: 86 is not text',
      'query: there is no key "rol"; did you mean "role"?',
    )
    expectLines(
      await ask(`{"architecture": "x86", "role": "${'x'.repeat(70_000)}"}`),
      'the query is longer than 64 KiB',
    )
    expect(project.log).toEqual([])
  })

  it('refuses a selector that is none, and a token that is none', async () => {
    expectLines(await ask({ architecture: 'x86', selector: 'a=b=c' }), '"a=b=c" is not a label selector')
    expectLines(await ask({ architecture: 'x86' }, { HCLOUD_TOKEN: 'unknown-token' }), '401')
    expectLines(await ask({ architecture: 'x86' }, { HCLOUD_TOKEN: '' }), 'HCLOUD_TOKEN: there is no API token')
    // Not even an annotation: Terraform shows what is said.
    expectLines(await ask('', { GITHUB_ACTIONS: 'true' }), 'error: there is no query')
  })

  it.runIf(hasTerminal())('does not prompt at a terminal, neither for a query nor for a token', async () => {
    const env = { HCLOUD_ENDPOINT: project.endpoint }
    const { code, stdout } = await runAtTerminal(['external'], { cwd: workspace.root, env })
    expect(code).toBe(1)
    expect(stdout).toContain('the query is read from standard input, which is a terminal')
  })

  it('finds what a build in the sandbox has made', async () => {
    const options = { cwd: workspace.root, env: workspace.sandboxEnv }
    expect((await runCommand(['build', '--sandbox', '--arch', 'arm'], options)).code).toBe(0)
    const { code, stdout } = await runCommand(['external', '--sandbox'], {
      ...options,
      stdin: '{"architecture":"arm"}',
    })
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, architecture: 'arm', talos_version: 'v1.12.2' })
  })
})
