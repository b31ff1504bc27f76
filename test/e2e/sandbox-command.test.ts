/** `talos-image sandbox`: one emulated cloud that stays, for every program that asks. */

import { describe, expect, it } from 'vitest'
import { type CommandResult, runCommand, startCommand } from '../support/command.ts'
import { createWorkspace } from '../support/workspace.ts'

describe('the sandbox command', () => {
  it('serves commands with --sandbox and other programs, keeps what is made, and ends with Ctrl-C', async () => {
    await using workspace = await createWorkspace()
    const options = { cwd: workspace.root, env: workspace.sandboxEnv }
    const run = (...args: string[]): Promise<CommandResult> => runCommand(args, options)
    await using sandbox = startCommand(['sandbox'], options)
    await sandbox.waitForStderr(/Ctrl-C ends it/)

    const second = await run('sandbox')
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('A sandbox runs already on this state') })
    const exported = Object.fromEntries(
      [...second.stdout.matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name, at]) => [name, at]),
    )
    expect(Object.keys(exported)).toEqual(['HCLOUD_ENDPOINT', 'HCLOUD_TOKEN', 'TALOS_IMAGE_FACTORY_URL'])

    const built = await run('build', '--arch', 'x86', '--sandbox', '--output', 'json')
    expect(built.code, built.stderr).toBe(0)
    const [{ id }] = JSON.parse(built.stdout).snapshots
    const listed = await runCommand(['list', '--output', 'json'], { cwd: workspace.root, env: exported })
    expect(JSON.parse(listed.stdout).snapshots).toMatchObject([{ id }])

    sandbox.interrupt()
    expect(await sandbox.result).toMatchObject({ code: 130, stdout: second.stdout })
    const kept = await run('list', '--sandbox', '--output', 'json')
    expect(JSON.parse(kept.stdout).snapshots).toMatchObject([{ id }])
  })

  it.each(['7', '16385', '1.5', 'small'])('refuses disk images of "%s" MiB', async (size) => {
    await using workspace = await createWorkspace()
    const env = { ...workspace.sandboxEnv, TALOS_IMAGE_SANDBOX_IMAGE_MIB: size }
    for (const args of [['sandbox'], ['list', '--sandbox']]) {
      const { code, stderr } = await runCommand(args, { cwd: workspace.root, env })
      expect(code, stderr).toBe(2)
      expect(stderr).toContain(
        `error: TALOS_IMAGE_SANDBOX_IMAGE_MIB: "${size}" is no size for the sandbox's disk images`,
      )
    }
  })
})
