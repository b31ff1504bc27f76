/** `hcloud-sandbox`, built, as a user starts it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'hcloud-sandbox-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const env = () => ({ PATH: process.env.PATH, HOME: home })

function start(...args: string[]) {
  return spawn(process.execPath, [CLI, ...args], { env: env(), stdio: ['ignore', 'pipe', 'pipe'] })
}

async function run(...args: string[]) {
  const child = start(...args)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)])
  return { code: child.exitCode, stdout, stderr }
}

const ended = async (child: ChildProcess): Promise<unknown> => child.exitCode ?? (await once(child, 'exit'))

describe('the command hcloud-sandbox', () => {
  it('serves until Ctrl-C, prints its environment again to a second one, and keeps its state', async () => {
    const state = join(home, '.local/state/hcloud-sandbox of mine')
    const first = start('--machines', 'none', '--state', state)
    const output = text(first.stdout)
    let said = ''
    first.stderr.setEncoding('utf8').on('data', (more: string) => {
      said += more
    })
    await expect.poll(() => said).toContain(`export $(hcloud-sandbox --state '${state}')`)
    const second = await run('--state', state)
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('runs already on this state') })
    const env = Object.fromEntries(
      second.stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    )
    const headers = { Authorization: `Bearer ${env.HCLOUD_TOKEN}` }
    const body = JSON.stringify({ name: 'kept', server_type: 'cx23', image: 'debian-13' })
    const made = await fetch(`${env.HCLOUD_ENDPOINT}/servers`, { method: 'POST', headers, body })
    expect(made.status).toBe(201)
    expect((await fetch(`${env.TALOS_IMAGE_FACTORY_URL}/versions`)).status).toBe(200)
    first.kill('SIGINT')
    await ended(first)
    expect({ code: first.exitCode, stdout: await output }).toEqual({ code: 0, stdout: second.stdout })
    expect(said).toContain(state)
  })

  it.each([
    [['--port', 'x'], "option '--port <port>' argument 'x' is invalid"],
    [['--machines', 'cloud'], 'Allowed choices are namespace, qemu, none'],
    [['--limit', 'disks=1'], 'error: --limit: "disks=1" is not a limit\n  hint: write servers=2'],
    [['--fault', 'ssh drp'], 'did you mean "drop"?'],
  ])('refuses %j', async (args, said) => {
    expect(await run(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) })
  })

  it.each([
    ['> /dev/full', ['--machines', 'none'], 'no space left'],
    ['1< /proc/self/stat', ['--machines', 'none'], 'standard output cannot be written'],
    ['> /dev/full', ['--help'], 'no space left'],
  ])('with output that is lost (%s) it fails at once', async (redirection, args, reason) => {
    const command = ['-c', `"$@" ${redirection}`, 'bash', process.execPath, CLI, ...args]
    const child = spawn('bash', command, { env: env(), stdio: ['ignore', 'ignore', 'pipe'] })
    const [stderr] = await Promise.all([text(child.stderr), ended(child)])
    expect({ code: child.exitCode, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(reason) })
  })
})
