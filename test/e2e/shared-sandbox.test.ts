/** Several commands with `--sandbox` at once: they share one, and however one of them ends, the others go on. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readCloudState } from '../support/cloud-state.ts'
import { type CommandResult, type RunningCommand, runCommand, startCommand } from '../support/command.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const BUSY = /reading the disk back \.\.\./

/** The numbers of the processes that name the state directory of the workspace: those that run a sandbox on it. */
async function findOwners({ stateDir }: Workspace): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eww', '-o', 'pid=,args='])
  return stdout
    .split('\n')
    .filter((line) => line.includes(stateDir))
    .map((line) => Number.parseInt(line, 10))
}

async function createCommands() {
  const workspace = await createWorkspace()
  const options = { cwd: workspace.root, env: workspace.sandboxEnv }
  return {
    workspace,
    start: (...args: string[]): RunningCommand => startCommand([...args, '--sandbox'], options),
    run: (...args: string[]): Promise<CommandResult> => runCommand([...args, '--sandbox'], options),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  }
}

describe('a command that began the sandbox', () => {
  it.each([
    ['is stopped by Ctrl-C', (build: RunningCommand) => build.interrupt(), 130, 0],
    ['is killed', (build: RunningCommand) => build.kill('SIGKILL'), null, 1],
  ])('%s: the one that came later goes on, and the sandbox ends with it', async (_, end, exitCode, left) => {
    await using commands = await createCommands()
    await using first = commands.start('build', '--arch', 'arm', '--project', 'one')
    await first.waitForStderr(/making the server|booting|\bSandbox: /)
    await using second = commands.start('build', '--arch', 'x86', '--project', 'two')
    await Promise.all([first.waitForStderr(BUSY), second.waitForStderr(/\bSandbox: /)])
    end(first)
    expect(await first.result).toMatchObject({ code: exitCode })
    const { code, stderr } = await second.result
    expect(code, stderr).toBe(0)
    expect(await findOwners(commands.workspace)).toEqual([])
    const { servers, images } = await readCloudState(commands.workspace.stateDir)
    expect([servers.length, images.length]).toEqual([left, 1])
  })
})

it('a command whose sandbox was killed says so at once, and the next one tidies up', async () => {
  await using commands = await createCommands()
  await using build = commands.start('build', '--arch', 'arm', '--output', 'json')
  await build.waitForStderr(BUSY)
  const owners = await findOwners(commands.workspace)
  expect(owners).toHaveLength(1)
  for (const owner of owners) process.kill(owner, 'SIGKILL')
  const { code, stdout, stderr } = await build.result
  expect(code, stderr).toBe(1)
  expect(stderr).toMatch(/error: the sandbox has ended: its process \d+ was killed\n {2}hint: run the command again/)
  expect(stderr).not.toMatch(/defect|^\s+at /m)
  expect(JSON.parse(stdout)).toMatchObject({ error: { problems: [{ code: 'sandbox' }] } })
  expect(await commands.run('list')).toMatchObject({ code: 0 })
  expect(await findOwners(commands.workspace)).toEqual([])
})

it('a command that asks for another sandbox than the one that runs is told what to do', async () => {
  await using commands = await createCommands()
  await using build = commands.start('build', '--arch', 'arm')
  await build.waitForStderr(/\bSandbox: /)
  const other = await commands.run('list', '--machines', 'qemu')
  expect(other.code).toBe(2)
  expect(other.stderr).toContain('error: --machines: a sandbox with namespace machines runs already on ')
  expect(other.stderr).toContain('TALOS_IMAGE_SANDBOX_STATE=DIR')
  build.interrupt()
  await build.result
  expect(await findOwners(commands.workspace)).toEqual([])
})
