/** action.yml, run as GitHub would run it, against an emulated project. */

import { access, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { runAction, type StepResult } from '../support/github-job.ts'
import { createProject, type Project } from '../support/project.ts'
import { createWorkspace, VAR_FILE, type Workspace } from '../support/workspace.ts'

interface Runner extends AsyncDisposable {
  readonly project: Project
  readonly workspace: Workspace
  act(inputs: Readonly<Record<string, string>>): Promise<StepResult>
}

async function createRunner(options: Parameters<typeof createProject>[0] = {}): Promise<Runner> {
  const project = await createProject(options)
  const workspace = await createWorkspace()
  const env = {
    HCLOUD_ENDPOINT: project.endpoint,
    TALOS_IMAGE_FACTORY_URL: project.factoryUrl,
    TALOS_IMAGE_SSH_PORT: String(project.sshPort),
  }
  return {
    project,
    workspace,
    act: (inputs) => runAction({ token: project.token, ...inputs }, { cwd: workspace.root, env }),
    async [Symbol.asyncDispose]() {
      await workspace[Symbol.asyncDispose]()
      await project.close()
    },
  }
}

const Ids = v.record(v.string(), v.number())

describe('the action', () => {
  it('builds, and says what; and at the next time, that it was there', async () => {
    await using runner = await createRunner()
    const inputs = { role: 'worker', 'talos-version': 'v1.12', manifest: 'built/manifest.json' }
    const first = await runner.act(inputs)
    expect(first.code, first.stderr).toBe(0)
    const snapshots = await runner.project.snapshots()
    const ids = Object.fromEntries(snapshots.map(({ id, labels }) => [`${labels.arch} worker`, id]))
    expect(v.parse(Ids, JSON.parse(first.outputs.ids ?? ''))).toEqual(ids)
    const manifest = JSON.parse(await readFile(join(runner.workspace.root, 'built/manifest.json'), 'utf8'))
    expect(JSON.parse(first.outputs.snapshots ?? '')).toEqual(manifest.snapshots)
    const installer = expect.stringMatching(/\/hcloud-installer\/[0-9a-f]{64}:v1\.12\.8$/)
    expect(first.outputs).toEqual({
      'exit-code': '0',
      run: manifest.run,
      'talos-version': 'v1.12.8',
      snapshots: expect.any(String),
      ids: expect.any(String),
      installers: expect.any(String),
      installer,
      changed: 'true',
      built: '2',
      existing: '0',
      failed: '0',
      'left-behind': '0',
      count: '',
      matrix: '',
    })
    expect(JSON.parse(first.outputs.installers ?? '')).toEqual({ 'arm worker': installer, 'x86 worker': installer })
    expect(first.summary).toContain('### Talos v1.12.8: 2 of 2 snapshots')

    const second = await runner.act(inputs)
    expect(second.code, second.stderr).toBe(0)
    expect(second.outputs).toMatchObject({ ids: first.outputs.ids, changed: 'false', built: '0', existing: '2' })
  })

  it('fails when one image does, and still says what there is', async () => {
    const error = { code: 'invalid_input', message: 'no', details: null }
    let snapshots = 0
    await using runner = await createRunner({
      intercept: ({ path }) =>
        path.endsWith('/create_image') && ++snapshots === 1 ? Response.json({ error }, { status: 422 }) : undefined,
    })
    const { code, outputs } = await runner.act({})
    expect(code).toBe(3)
    expect(outputs).toMatchObject({ 'exit-code': '3', built: '1', failed: '1', changed: 'true' })
    expect(Object.keys(v.parse(Ids, JSON.parse(outputs.ids ?? '')))).toHaveLength(1)
  })

  it('shows a plan and makes nothing with dry-run', async () => {
    await using runner = await createRunner({ machines: 'none' })
    const { code, stdout, outputs } = await runner.act({ 'dry-run': 'true', arch: 'arm, x86', args: '--no-fallback' })
    expect(code).toBe(0)
    expect(stdout).toContain('Plan: Talos v1.12.2, 2 images')
    expect(stdout).not.toMatch(/\(or \d+ others?\)/)
    expect(outputs).toMatchObject({ count: '2', 'talos-version': 'v1.12.2', 'exit-code': '0', run: '' })
    expect(runner.project.attempts()).toEqual([])
  })

  it('takes the sandbox, and the token of the environment', async () => {
    await using workspace = await createWorkspace()
    const sandbox = await runAction(
      { sandbox: 'true', arch: 'x86' },
      { cwd: workspace.root, env: workspace.sandboxEnv },
    )
    expect(sandbox.code, sandbox.stderr).toBe(0)
    expect(sandbox.outputs).toMatchObject({ built: '1', changed: 'true' })

    await using runner = await createRunner({ machines: 'none' })
    const { code, stdout } = await runAction(
      { command: 'list', args: '--output json' },
      { cwd: workspace.root, env: runner.project.env },
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ snapshots: [] })
  })

  it('says everything that is wrong with its inputs, as annotations', async () => {
    await using runner = await createRunner({ machines: 'none' })
    const { code, stderr, outputs } = await runner.act({
      command: 'prune',
      role: 'Worker',
      'dry-run': 'yes',
      args: "--x 'y",
    })
    expect(code).toBe(2)
    expect(outputs['exit-code']).toBe('2')
    expect(stderr.match(/^::error title=talos-image::.*$/gm)).toEqual([
      expect.stringContaining('the input "role" is "Worker"%0Ahint: prune does not use it'),
      expect.stringContaining('the input "dry-run" is "yes"%0Ahint: prune does not use it'),
      expect.stringContaining('the input "role" is "Worker"%0Ahint: use small letters'),
      expect.stringContaining('the input "dry-run" is "yes"%0Ahint: write one of: true, false'),
      expect.stringContaining('the input "args" ends within a quotation'),
    ])
  })

  it('cleans up when the job is cancelled, and has said which run it is', async () => {
    let cancel = (): void => undefined
    await using project = await createProject({
      intercept: ({ path }) => {
        if (path.endsWith('/poweron')) cancel()
        return undefined
      },
    })
    await using workspace = await createWorkspace()
    const { code, outputs } = await runAction(
      { arch: 'x86' },
      {
        cwd: workspace.root,
        env: { ...project.env, TALOS_IMAGE_SSH_PORT: String(project.sshPort) },
        // Only the shell learns from the runner that it has started.
        onStart: (command) => {
          cancel = () => command.kill('SIGINT')
        },
      },
    )
    expect(code).toBe(130)
    expect(outputs).toMatchObject({ 'exit-code': '130', run: expect.stringMatching(/./) })
    expect(project.changes()).toContain('POST /servers')
    expect(await project.remains()).toEqual([])
  })
})

describe('an input is never a command', () => {
  const HOSTILE = [
    '"; touch pwned; "',
    "'; touch pwned; '",
    '$(touch pwned)',
    '`touch pwned`',
    'a\ntouch pwned\n',
    `$\{{ 1 }}`,
    '--help',
  ]

  it.each(HOSTILE)('%j', async (text) => {
    await using runner = await createRunner({ machines: 'none' })
    const { workspace } = runner
    for (const names of [
      ['command', 'role', 'roles'],
      ['arch'],
      ['talos-version', 'schematic', 'directory'],
      ['args'],
    ]) {
      const inputs = Object.fromEntries(names.map((name) => [name, text]))
      const { code, outputs } = await runner.act({ 'dry-run': 'true', manifest: text, ...inputs })
      // The one thing that is no mistake: to ask for help, where flags are asked for.
      expect([names, code]).toEqual([names, names[0] === 'args' && text === '--help' ? 0 : 2])
      expect(Object.keys(outputs).filter((output) => outputs[output] !== '')).toEqual(['exit-code'])
    }
    await expect(access(join(workspace.root, 'pwned'))).rejects.toThrow('ENOENT')
    expect(await readdir(workspace.root)).toEqual(['_packer'])
  })

  it('not even where it names a folder that is there', async () => {
    await using runner = await createRunner({ machines: 'none' })
    const { workspace } = runner
    const directory = '$(touch pwned) "; touch pwned #'
    await mkdir(join(workspace.root, directory))
    await workspace.write(`${directory}/x.auto.pkrvars.hcl`, 'talos_version = "v1.11.1"\n')
    const { code, outputs } = await runner.act({ command: 'plan', directory })
    expect(code).toBe(0)
    const { args } = JSON.parse(outputs.matrix ?? '').include[0]
    expect(args).toContain(`--var=talos_version=v1.11.1`)
    const again = await runner.act({ 'dry-run': 'true', args })
    expect(again.code, again.stderr).toBe(0)
    expect(again.stdout).toContain('Plan: Talos v1.11.1, 1 image\n')
    // A shell makes the same of it.
    const plain = await runCommand([`set -- ${args}; printf '%s\\n' "$@"`], {
      cwd: workspace.root,
      program: ['bash', '-c'],
    })
    expect(plain.stdout).toContain(`--directory=${directory}\n`)
    expect(await readdir(workspace.root)).toEqual(expect.not.arrayContaining(['pwned']))
  })
})

describe('outputs', () => {
  it('that cannot be written are found out before anything is made', async () => {
    await using runner = await createRunner()
    const { project, workspace } = runner
    const env = { ...project.env, GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: workspace.root }
    const { code, stderr } = await runCommand(['build', ...project.sshFlags], { cwd: workspace.root, env })
    expect(code).toBe(2)
    expect(stderr).toContain(
      '::error title=talos-image::GITHUB_OUTPUT: the outputs of the step cannot be written: EISDIR',
    )
    expect(project.attempts()).toEqual([])
  })

  it('are written in GitHub Actions and nowhere else', async () => {
    await using runner = await createRunner({ machines: 'none' })
    const { project, workspace } = runner
    const output = await workspace.write('output', '')
    const env = { ...project.env, GITHUB_OUTPUT: output }
    const { code } = await runCommand(['plan', '--matrix', 'github'], { cwd: workspace.root, env })
    expect(code).toBe(0)
    expect(await readFile(output, 'utf8')).toBe('')
  })

  it('keep the token to themselves', async () => {
    await using runner = await createRunner({ machines: 'none' })
    await runner.workspace.write(VAR_FILE, `talos_version = "v1.12.2"\nserver_location = "fsn1"\n`)
    const { outputs, stdout, stderr } = await runner.act({ command: 'plan', args: `--var-file=${VAR_FILE}` })
    expect(JSON.stringify([outputs, stdout, stderr])).not.toContain(runner.project.token)
    expect(outputs.count).toBe('2')
  })
})
