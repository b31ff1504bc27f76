/** `talos-image sandbox`: one emulated cloud that stays, for every program that asks. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CommandResult, runCommand, startCommand } from '../support/command.ts'
import { createWorkspace } from '../support/workspace.ts'

const READY = /Ctrl-C ends it/

/** `NAME=value` lines, as an environment. */
function environmentOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^(\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]))
}

describe('the sandbox command', () => {
  it('serves commands with --sandbox and other programs, keeps what is made, and ends with Ctrl-C', async () => {
    await using workspace = await createWorkspace()
    const options = { cwd: workspace.root, env: workspace.sandboxEnv }
    const run = (...args: string[]): Promise<CommandResult> => runCommand(args, options)
    await using sandbox = startCommand(['sandbox'], options)
    await sandbox.waitForStderr(READY)

    const second = await run('sandbox')
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('A sandbox runs already on this state') })
    const env = environmentOf(second.stdout)
    expect(Object.keys(env)).toEqual([
      'HCLOUD_ENDPOINT',
      'HETZNER_ENDPOINT',
      'HCLOUD_TOKEN',
      'TALOS_IMAGE_FACTORY_URL',
      'TALOS_IMAGE_FACTORY_EMULATES',
      'TALOS_IMAGE_SSH_PORT',
      'TALOS_IMAGE_TALOS_PORT',
    ])

    const built = await run('build', '--arch', 'x86', '--sandbox', '--output', 'json')
    expect(built.code, built.stderr).toBe(0)
    const [{ id }] = JSON.parse(built.stdout).snapshots
    // The environment alone is enough, too: to look, and to build.
    const listed = await runCommand(['list', '--output', 'json'], { cwd: workspace.root, env })
    expect(JSON.parse(listed.stdout).snapshots).toMatchObject([{ id }])
    const other = await runCommand(['build', '--output', 'json'], { cwd: workspace.root, env })
    expect(other.code, other.stderr).toBe(0)
    // It is the same Factory, however it is reached: what was built is not built again.
    expect(JSON.parse(other.stdout).snapshots).toMatchObject([
      { architecture: 'arm', installer: expect.stringMatching(/^factory\.talos\.dev\//) },
      { architecture: 'x86', id, installer: expect.stringMatching(/^factory\.talos\.dev\//) },
    ])
    const push = ['schematic', 'push', '_packer/schematic.yaml', '--output', 'json']
    const pushed = JSON.parse((await run(...push, '--sandbox')).stdout)
    expect(pushed).toMatchObject({ factory: env.TALOS_IMAGE_FACTORY_URL })
    expect(JSON.parse((await runCommand(push, { cwd: workspace.root, env })).stdout)).toEqual(pushed)

    sandbox.interrupt()
    expect(await sandbox.result).toMatchObject({ code: 0, stdout: second.stdout })
    const kept = await run('list', '--sandbox', '--output', 'json')
    expect(JSON.parse(kept.stdout).snapshots).toMatchObject([{}, { id }])
  })

  it('keeps its state where it is told to, and shows each request and fault', async () => {
    await using workspace = await createWorkspace({
      'faults.txt': '# deleting is hard\napi DELETE /servers/* 503 times=2\n',
    })
    const options = { cwd: workspace.root, env: { ...workspace.sandboxEnv, TALOS_IMAGE_SANDBOX_STATE: 'here' } }
    const flags = ['--fault', '@faults.txt', '--out-of-stock', 'cx23@fsn1', '--verbose']
    await using sandbox = startCommand(['sandbox', '--state', join(workspace.root, 'here'), ...flags], options)
    expect(await sandbox.waitForStderr(READY)).toContain(`Its state: ${join(workspace.root, 'here')}\n`)
    const built = await runCommand(['build', '--arch', 'x86', '--sandbox'], options)
    expect(built.code, built.stderr).toBe(0)
    expect(built.stderr).toContain('cx23 is out of stock in fsn1')
    const seen = await sandbox.waitForStderr(/DELETE +\/v1\/ssh_keys\/\d+/)
    expect(seen).toMatch(/^\d\d:\d\d:\d\d {2}cloud {4}201 {2}POST {4}\/v1\/servers {2}\d+ ms$/m)
    expect(seen.match(/ {2}503 {2}DELETE {2}\/v1\/servers\/\d+ /g)).toHaveLength(2)
    expect(seen.match(/ {2}fault {4}/g)).toHaveLength(2)
    expect(seen).toMatch(/ {2}factory {2}200 {2}HEAD /)
  })

  it('gives each project a token, and holds it to its rate', async () => {
    await using workspace = await createWorkspace()
    const options = { cwd: workspace.root, env: workspace.sandboxEnv }
    const flags = ['--machines', 'none', '--project', 'one', '--project', 'the-other', '--rate-limit', '2']
    await using sandbox = startCommand(['sandbox', ...flags], options)
    await sandbox.waitForStderr(READY)
    const env = environmentOf((await runCommand(['sandbox'], options)).stdout)
    expect(env.HCLOUD_TOKEN).toBe(env.HCLOUD_TOKEN_ONE)
    const ask = async (token = ''): Promise<number> =>
      (await fetch(`${env.HCLOUD_ENDPOINT}/servers`, { headers: { Authorization: `Bearer ${token}` } })).status
    expect([await ask(env.HCLOUD_TOKEN_ONE), await ask(env.HCLOUD_TOKEN_ONE)]).toEqual([200, 200])
    expect(await ask(env.HCLOUD_TOKEN_ONE)).toBe(429)
    expect(await ask(env.HCLOUD_TOKEN_THE_OTHER)).toBe(200)
  })

  it('does not pretend that a running sandbox heeds new settings', async () => {
    await using workspace = await createWorkspace()
    const options = { cwd: workspace.root, env: workspace.sandboxEnv }
    await using sandbox = startCommand(['sandbox', '--machines', 'none'], options)
    await sandbox.waitForStderr(READY)
    const late = await runCommand(['sandbox', '--out-of-stock', 'cax11', '--port', '4000'], options)
    expect(late).toMatchObject({ code: 2, stdout: '' })
    expect(late.stderr).toContain('--out-of-stock, --port can only be given at its start')
    const other = await runCommand(['list', '--sandbox', '--machines', 'qemu'], options)
    expect(other.code).toBe(2)
    expect(other.stderr).toContain('a sandbox with none machines runs already')
  })

  it('says everything that is wrong with its flags at once', async () => {
    await using workspace = await createWorkspace({ 'faults.txt': 'api DELETE /servers/*\n\nfactory GET /x 700\n' })
    const flags = ['--out-of-stock', 'cax12@fsn', '--limit', 'disks=1', '--project', 'A B', '--fault', '@faults.txt']
    const more = ['--fault', 'ssh drp', '--fault', '@nowhere.txt']
    const { code, stderr } = await runCommand(['sandbox', ...flags, ...more], {
      cwd: workspace.root,
      env: workspace.sandboxEnv,
    })
    expect(code).toBe(2)
    for (const said of [
      'no server type "cax12"',
      'no location "fsn"',
      '"disks=1" is not a limit',
      '"A B" is not a name',
    ])
      expect(stderr).toContain(said)
    expect(stderr).toMatch(/^error: faults\.txt:1:\d+: /m)
    expect(stderr).toMatch(/^error: faults\.txt:3:\d+: /m)
    expect(stderr).toMatch(/^error: --fault: .*drp/m)
    expect(stderr).toContain('did you mean "drop"?')
    expect(stderr).toContain('error: --fault: nowhere.txt cannot be read: there is no such file\n')
  })

  it.each([
    ['ssh deny', 'machines whose commands the sandbox sees'],
    ['ssh drop command=*dd*', 'machines whose commands the sandbox sees'],
    ['disk corrupt', 'machines whose commands the sandbox sees'],
    ['talos other-version', 'machines on which the sandbox plays Talos'],
  ])('does not promise "%s" of machines that cannot do it', async (rule, needed) => {
    await using workspace = await createWorkspace()
    const options = { cwd: workspace.root, env: workspace.sandboxEnv }
    const { code, stderr } = await runCommand(['sandbox', '--machines', 'qemu', '--fault', rule], options)
    expect(code).toBe(2)
    expect(stderr).toContain(`"${rule}" needs ${needed}`)
  })

  it.each(['7', '16385', '1.5', 'small'])('refuses disk images of "%s" MiB', async (size) => {
    await using workspace = await createWorkspace()
    const env = { ...workspace.sandboxEnv, TALOS_IMAGE_SANDBOX_IMAGE_MIB: size }
    for (const args of [['sandbox'], ['list', '--sandbox']]) {
      const { code, stderr } = await runCommand(args, { cwd: workspace.root, env })
      expect(code, stderr).toBe(2)
      expect(stderr).toContain(
        `error: TALOS_IMAGE_SANDBOX_IMAGE_MIB: "${size}" is not a size for the sandbox's disk images`,
      )
    }
  })
})
