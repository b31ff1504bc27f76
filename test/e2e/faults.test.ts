/** Faults as a user meets them: what the command says, its exit code, and that nothing is left behind. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseFaultFlag } from 'hcloud-sandbox'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { missing, named } from '../support/programs.ts'
import { createProject } from '../support/project.ts'
import { createWorkspace, runInWorkspace } from '../support/workspace.ts'

/** Short enough for a test, long enough for a busy computer. */
const WAITS = ['ssh=6s', 'write=8s', 'verify=15s', 'snapshot=6s', 'action=6s', 'remove=12s']
const SHORT = WAITS.flatMap((wait) => ['--timeout', wait])

async function buildWith(...rules: string[]) {
  await using project = await createProject({ faults: rules.map(parseFaultFlag) })
  const result = await runInWorkspace(['build', '--arch', 'x86', '--verbose', ...project.sshFlags, ...SHORT], {
    env: project.env,
    timeoutMs: 120_000,
  })
  return { ...result, snapshots: await project.snapshots(), remains: await project.remains() }
}

/** In each step of a build: creating the key and the server, booting, looking, writing, verifying, the snapshot, ... */
describe('a fault that passes is survived', () => {
  it.each([
    ['api POST /ssh_keys reset after-effect times=1', ''],
    ['api POST /servers 504 after-effect times=1', ''],
    ['api POST /servers 412 code=resource_unavailable times=1', 'cx23 in fsn1: not in stock, trying the next'],
    ['api POST /servers/*/actions/enable_rescue 503 body=none times=2', ''],
    ['api POST /servers/*/actions/poweron 423 code=locked times=2', ''],
    ['api GET /actions 502 body=html times=2', ''],
    ['api GET /actions truncate at=20 times=1', ''],
    ['api GET /server_types odd-entry', 'an entry of /server_types (ID '],
    ['api GET /actions odd-entry', ''],
    ['factory HEAD /image/*/*/*.zst 500', '.raw.xz'],
    ['ssh refuse times=1', 'booting it again'],
    ['ssh drop command="*source-sha256*" times=1', 'the SSH connection was lost while writing the disk; trying again'],
    ['ssh drop command="*boot-sector*" times=1', 'lost while reading the disk back; trying again'],
    ['power fails command="*source-sha256*" times=1', 'while writing the disk; trying again'],
    ['factory GET /image/** truncate at=100000 skip=1 times=1', 'trying again'],
    ['factory GET /image/** alter at=100000 times=3', 'trying again'],
    ['disk corrupt command="*source-sha256*" at=1000000 times=1', 'writing once more, every block'],
    ['disk no-discard', 'writing once more, every block'],
    ['api POST /servers/*/actions/create_image reset after-effect times=1', ''],
    ['api PUT /images/* 500 after-effect times=1', ''],
    ['api DELETE /servers/* 500 times=3', ''],
    ['api DELETE /ssh_keys/* 429 reset-in=2s times=1', ''],
  ])('%s', async (rule, said) => {
    const { code, stderr, snapshots, remains } = await buildWith(rule)
    expect(code, stderr).toBe(0)
    expect(remains).toEqual([])
    expect(snapshots).toHaveLength(1)
    expect(stderr).toContain(said)
    expect(stderr).not.toMatch(/^ {4}at /m)
  })
})

describe('a fault that stays ends the build with a reason, and nothing is left behind', () => {
  it.each([
    ['api POST /servers 403 code=resource_limit_exceeded', 1, 'ask Hetzner for a higher limit'],
    ['api POST /ssh_keys 401 code=token_readonly', 2, 'Read & Write'],
    ['action create_server fail', 1, 'the action create_server'],
    ['action create_image fail', 1, 'the action create_image'],
    ['ssh deny', 1, 'denied'],
    ['ssh silent', 1, 'silent'],
    ['ssh stall command="*source-sha256*"', 1, 'writing the disk took longer than 8 s'],
    ['power fails after=0s', 1, 'refused'],
    ['factory GET /image/** 403 agent=talos-image/* skip=1', 1, 'the build server may not'],
    ['factory HEAD /image/** 500', 1, 'the Image Factory could not be asked'],
    ['factory GET /image/** truncate at=100000 skip=1', 1, '(the last of 3 tries)'],
    ['disk too-small size=8MiB', 1, 'bigger than the disk of the build server'],
    ['disk corrupt command="*source-sha256*" at=1000000', 1, 'does not hold what was written'],
  ])('%s', async (rule, exitCode, said) => {
    const { code, stdout, stderr, snapshots, remains } = await buildWith(rule)
    expect(code, stderr).toBe(exitCode)
    expect(stdout).toBe('')
    expect(stderr).toContain(said)
    expect(stderr).not.toMatch(/^ {4}at /m)
    expect([snapshots, remains]).toEqual([[], []])
  })
})

describe('what cannot be removed', () => {
  const why = missing('hcloud')

  it.skipIf(why !== undefined)(named('is named, and the commands that are given remove it', why), async () => {
    let broken = true
    const refuse = () => Response.json({ error: { code: 'server_error', message: 'no' } }, { status: 500 })
    await using project = await createProject({
      intercept: ({ method }) => (broken && method === 'DELETE' ? refuse() : undefined),
    })
    await using workspace = await createWorkspace()
    const options = { cwd: workspace.root, env: project.env, timeoutMs: 120_000 }
    const { code, stderr } = await runCommand(['build', '--arch', 'x86', ...project.sshFlags, ...SHORT], options)
    expect(code, stderr).toBe(4)
    expect(await project.remains()).toHaveLength(2)
    broken = false
    const commands = [...stderr.matchAll(/hint: remove it:\n {4}(hcloud .*)$/gm)].map(([, command = '']) => command)
    expect(commands).toHaveLength(2)
    for (const command of commands) {
      const [program = '', ...args] = command.split(' ')
      await promisify(execFile)(program, args, {
        env: { PATH: process.env.PATH, HOME: workspace.root, ...project.env },
      })
    }
    await expect.poll(() => project.remains(), { timeout: 10_000 }).toEqual([])
    expect(await project.snapshots()).toHaveLength(1)
  })
})
