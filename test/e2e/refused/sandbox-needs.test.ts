/** A sandbox that lacks what it needs: room, a folder, programs. */

import { chmod, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLI, type CommandResult, runCommand } from '../../support/command.ts'
import { findReasonAgainstMounts } from '../../support/mounts.ts'
import { expectFailure } from '../../support/refusal.ts'
import { createWorkspace, type Workspace } from '../../support/workspace.ts'

const reason = findReasonAgainstMounts()

/** Runs a command behind a line of shell that mounts something; `$1` is the folder of the state. */
async function runBehind(mount: string, workspace: Workspace, ...args: string[]): Promise<CommandResult> {
  const state = join(workspace.root, 'state')
  await mkdir(state, { recursive: true })
  return runCommand([...args, '--sandbox'], {
    program: ['unshare', '--mount', 'sh', '-c', `${mount} && shift && exec "$@"`, 'sh', state, process.execPath, CLI],
    cwd: workspace.root,
    env: workspace.sandboxEnv,
  })
}

describe('a sandbox on a full disk', () => {
  const FULL = 'mount -t tmpfs -o size=8m tmpfs "$1"'

  it('says what it needs and what there is', async ({ skip }) => {
    if (reason !== undefined) skip(reason)
    await using workspace = await createWorkspace()
    const result = await runBehind(FULL, workspace, 'build')
    expectFailure(1, result, 'error: the sandbox needs ', ' MB are free', 'hint: remove what you no longer need')
    expect(result.stderr).toContain('TALOS_IMAGE_SANDBOX_STATE=DIR')
    const { stdout } = await runBehind(FULL, workspace, 'doctor')
    expect(stdout).toMatch(/^FAILED +sandbox disk +the sandbox needs /m)
  })

  it.for(['list', 'cleanup'])('can %s, which needs no room', async (command, { skip }) => {
    if (reason !== undefined) skip(reason)
    await using workspace = await createWorkspace()
    const { code, stderr } = await runBehind(FULL, workspace, command)
    expect(code, stderr).toBe(0)
  })
})

describe('a sandbox without a program', () => {
  const WITHOUT_ZSTD = 'mount --bind /dev/null "$(command -v zstd)"'

  it('says so before anything is made, with the remedy of doctor', async ({ skip }) => {
    if (reason !== undefined) skip(reason)
    await using workspace = await createWorkspace()
    const said = 'programs that the sandbox needs are missing: zstd'
    const remedy = 'apt-get install --no-install-recommends zstd'
    for (const command of ['plan', 'build']) {
      const result = await runBehind(WITHOUT_ZSTD, workspace, command)
      expectFailure(1, result, `error: ${said}`, remedy)
      expect(result.stderr).not.toContain('making the server')
    }
    const { code, stdout } = await runBehind(WITHOUT_ZSTD, workspace, 'doctor', '--output', 'json')
    expect(code).toBe(1)
    const tools = { name: 'sandbox tools', status: 'failed', message: said, hint: expect.stringContaining(remedy) }
    expect(JSON.parse(stdout).checks).toContainEqual(tools)
    expect(await runBehind(WITHOUT_ZSTD, workspace, 'list')).toMatchObject({ code: 0 })
  })
})

describe('a sandbox without a folder', () => {
  it('that is read-only says so', async ({ skip }) => {
    if (reason !== undefined) skip(reason)
    await using workspace = await createWorkspace()
    const result = await runBehind('mount -t tmpfs -o ro tmpfs "$1"', workspace, 'list')
    expectFailure(1, result, 'its file system is read-only', 'TALOS_IMAGE_SANDBOX_STATE=DIR')
  })

  it.for([{ HOME: '' }, { HOME: 'here' }, { HOME: '', XDG_STATE_HOME: 'here' }])(
    'with %o does not write into the current folder',
    async (env, { skip }) => {
      if (reason !== undefined) skip(reason)
      await using workspace = await createWorkspace()
      await chmod(workspace.root, 0o777)
      const before = await readdir(workspace.root)
      const result = await runCommand(['list', '--sandbox'], {
        // A user who does not stand in the list of users.
        program: ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups', process.execPath, CLI],
        cwd: workspace.root,
        env,
      })
      expectFailure(
        2,
        result,
        "there is no folder for the sandbox's state",
        'TALOS_IMAGE_SANDBOX_STATE=DIR, or set HOME',
      )
      expect(await readdir(workspace.root)).toEqual(before)
    },
  )
})
