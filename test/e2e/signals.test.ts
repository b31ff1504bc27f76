/** Ctrl-C, once and twice; SIGTERM; SIGKILL: what is cleaned up, and what is said of the rest. */

import { describe, expect, it } from 'vitest'
import { readCloudState } from '../support/cloud-state.ts'
import { type CommandResult, type RunningCommand, runCommand, startCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { createSlowProject } from '../support/slow-project.ts'
import { createWorkspace, runInWorkspace, type Workspace } from '../support/workspace.ts'

const startBuild = (project: Project, workspace: Workspace): RunningCommand =>
  startCommand(['build', ...project.sshFlags], { cwd: workspace.root, env: project.env })

function runOf(stderr: string): string {
  const run = /\brun ([a-z0-9]{8})\b/.exec(stderr)?.[1]
  if (run === undefined) throw new Error(`no run in ${stderr}`)
  return run
}

const cleanUp = (project: Project, ...args: string[]): Promise<CommandResult> =>
  runInWorkspace(['cleanup', ...args], { env: project.env })

const WRITING = /writing the disk \.\.\.[\s\S]*writing the disk \.\.\./

describe('a build that is stopped while it writes', () => {
  it.each([
    ['Ctrl-C', 130, (build: RunningCommand) => build.interrupt()],
    ['SIGTERM', 143, (build: RunningCommand) => build.kill('SIGTERM')],
    ['SIGHUP', 129, (build: RunningCommand) => build.kill('SIGHUP')],
  ])('by %s cleans up and leaves nothing', async (_, exitCode, stop) => {
    await using workspace = await createWorkspace()
    await using project = await createSlowProject()
    await using build = startBuild(project, workspace)
    await build.waitForStderr(WRITING)
    expect(await project.remains()).toHaveLength(3)
    stop(build)
    const { code, stdout, stderr } = await build.result
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    const run = runOf(stderr)
    for (const name of [`server talos-image-${run}-arm`, `server talos-image-${run}-x86`, `SSH key talos-image-${run}`])
      expect(stderr).toContain(`removed ${name}\n`)
    expect(stderr).toContain('\nStopping, and removing what was made. Press Ctrl-C again to leave at once.\n')
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(await project.remains()).toEqual([])
    expect(await project.snapshots()).toEqual([])
  })

  it('by a second Ctrl-C leaves at once, and names what stays and the command that removes it', async () => {
    let release = (): void => undefined
    let held: Promise<void> | undefined
    await using workspace = await createWorkspace()
    await using project = await createSlowProject({
      // What was asked for before the command left is not done after it either.
      async intercept({ method }) {
        if (method !== 'DELETE' || held === undefined) return undefined
        await held
        return Response.json({ error: { code: 'unavailable', message: 'too late' } }, { status: 503 })
      },
    })
    await using build = startBuild(project, workspace)
    await build.waitForStderr(WRITING)
    held = new Promise((resolve) => {
      release = resolve
    })
    build.interrupt()
    await build.waitForStderr(/removing the build server \.\.\.[\s\S]*removing the build server/)
    const { code, stderr } = await build.insist()
    expect(code).toBe(130)
    const run = runOf(stderr)
    const said = stderr.slice(stderr.indexOf('Leaving at once.'))
    for (const image of ['arm', 'x86'])
      expect(said).toContain(`  server talos-image-${run}-${image}: hcloud server delete talos-image-${run}-${image}\n`)
    expect(said).toContain(`  SSH key talos-image-${run}: hcloud ssh-key delete talos-image-${run}\n`)
    held = undefined
    release()
    expect(await project.remains()).toHaveLength(3)

    const [, args = ''] = /^Remove all of it:\n {2}talos-image cleanup (.*)$/m.exec(said) ?? []
    expect(args).toBe(`--run ${run}`)
    expect(await cleanUp(project, ...args.split(' '))).toMatchObject({ code: 0, stdout: 'Removed 3 of 3.\n' })
    expect(await project.remains()).toEqual([])
  })

  it('by SIGKILL leaves what cleanup --run removes, and nothing else does before the lease ends', async () => {
    await using workspace = await createWorkspace()
    await using project = await createSlowProject()
    await using build = startBuild(project, workspace)
    const run = runOf(await build.waitForStderr(WRITING))
    build.kill('SIGKILL')
    expect(await build.result).toMatchObject({ code: null })
    expect(await project.remains()).toHaveLength(3)
    const { code, stdout } = await cleanUp(project, '--yes')
    expect(code).toBe(0)
    expect(stdout).toContain('what is there belongs to a run that has not ended')
    expect(stdout).toContain(`  talos-image cleanup --run ${run}\n`)
    expect(await project.remains()).toHaveLength(3)
    expect((await cleanUp(project)).stdout).toMatch(new RegExp(`${run} +in use, lease for 1[45] min`))
    expect(await cleanUp(project, '--run', run)).toMatchObject({ code: 0, stdout: 'Removed 3 of 3.\n' })
    expect(await project.remains()).toEqual([])
  })
})

it.each(['build', 'plan'])(
  'a %s that is stopped while it looks things up has made nothing, and says so',
  async (command) => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await using workspace = await createWorkspace()
    await using project = await createProject({
      async intercept({ path }) {
        if (path.endsWith('/server_types')) await held
        return undefined
      },
    })
    await using running = startCommand([command], { cwd: workspace.root, env: project.env })
    await running.waitForStderr(/Looking up/)
    running.interrupt()
    const { code, stdout, stderr } = await running.result
    release()
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    expect(stderr).toMatch(/Stopping\.\nInterrupted before anything was made\.\n$/)
    expect(project.attempts().filter((attempt) => !attempt.includes('/schematics'))).toEqual([])
  },
)

describe('a build in the sandbox of its own', () => {
  const BUSY = /reading the disk back \.\.\./

  it('that Ctrl-C stops leaves nothing', async () => {
    await using workspace = await createWorkspace()
    const options = { cwd: workspace.root, env: workspace.sandboxEnv }
    await using build = startCommand(['build', '--arch', 'arm', '--sandbox'], options)
    await build.waitForStderr(BUSY)
    build.interrupt()
    expect(await build.result).toMatchObject({ code: 130, stdout: '' })
    expect(await readCloudState(workspace.stateDir)).toMatchObject({ servers: [], images: [], sshKeys: [] })
  })

  it('that was killed leaves what cleanup --run --sandbox removes', async () => {
    await using workspace = await createWorkspace()
    const options = { cwd: workspace.root, env: workspace.sandboxEnv }
    await using build = startCommand(['build', '--arch', 'arm', '--sandbox'], options)
    const run = runOf(await build.waitForStderr(BUSY))
    build.kill('SIGKILL')
    await build.result
    expect((await readCloudState(workspace.stateDir)).servers).toHaveLength(1)
    const cleaned = await runCommand(['cleanup', '--run', run, '--sandbox'], options)
    expect(cleaned).toMatchObject({ code: 0, stdout: 'Removed 2 of 2.\n' })
    expect(await readCloudState(workspace.stateDir)).toMatchObject({ servers: [], images: [], sshKeys: [] })
  })
})
