/** `talos-image doctor`: what it finds, and that it changes nothing. */

import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Intercept } from 'hcloud-sandbox'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { expectRefusal } from '../support/refusal.ts'
import { createWorkspace, runInWorkspace } from '../support/workspace.ts'

const Document = v.object({
  ok: v.boolean(),
  checks: v.array(
    v.object({
      name: v.string(),
      status: v.picklist(['ok', 'warning', 'failed', 'skipped']),
      message: v.string(),
      hint: v.nullable(v.string()),
    }),
  ),
})

const READER = 'r'.repeat(64)

/** What it says about one thing. */
function findCheck({ stdout }: CommandResult, name: string) {
  return v.parse(Document, JSON.parse(stdout)).checks.find((check) => check.name === name)
}

const doctor = (project: Project, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runInWorkspace(['doctor', '--output', 'json', ...args], { env: { ...project.env, ...env } })

/** Read-only like that of the API, but only where the request itself is right. */
const looksAtContentFirst =
  (...methods: readonly string[]): Intercept =>
  async ({ method, path }, answer) => {
    if (method === 'GET' || !path.startsWith('/ssh_keys')) return undefined
    const answered = await answer()
    if (methods.includes(method) && answered.status >= 400) return answered
    return Response.json({ error: { code: 'token_readonly', message: 'read only', details: null } }, { status: 401 })
  }

describe('doctor', () => {
  let project: Project
  beforeEach(async () => {
    const writer = { token: 'w'.repeat(64), project: 'sandbox', readOnly: false }
    project = await createProject({
      machines: 'none',
      tokens: [writer, { ...writer, token: READER, readOnly: true }],
      outOfStock: ['cax11@fsn1'],
    })
  })
  afterEach(async () => {
    expect(await project.remains()).toEqual([])
    expect(project.changes()).toEqual([])
    await project.close()
  })

  it('says what is ready and what is not, for people', async () => {
    const { code, stdout, stderr } = await runInWorkspace(['doctor'], { env: project.env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^ok +Node\.js +this is 2\d\./m)
    expect(stdout).toMatch(/^ok +configuration +Talos v1\.12\.2, built on cax11 and cx23 in fsn1$/m)
    expect(stdout).toMatch(/^ok +write access /m)
    expect(stdout).toMatch(/^ok +rate limit +35\d\d of 3600 requests/m)
    expect(stdout).toMatch(/^ok +clock /m)
    expect(stdout).toMatch(/^WARNING +stock arm +cax11 is out of stock in fsn1; a build takes cax11 in \w+$/m)
    expect(stdout).toMatch(/^ok +stock x86 +cx23 is in stock in fsn1/m)
    expect(stdout).toMatch(/^ok +Image Factory .*Talos v1\.12\.2$/m)
    expect(stdout).toMatch(/^- +SSH +there is no server to connect to/m)
    expect(stdout).toMatch(/\nReady\. \d warnings?, which stops? nothing\.\n$/)
  })

  it('fails with a token that may only read', async () => {
    const result = await doctor(project, [], { HCLOUD_TOKEN: READER })
    expect(result.code).toBe(1)
    expect(findCheck(result, 'token')?.status).toBe('ok')
    expect(findCheck(result, 'write access')).toMatchObject({
      status: 'failed',
      hint: expect.stringContaining('"Read & Write"'),
    })
  })

  it('fails with an unknown token, and without one; what needs it is skipped', async () => {
    for (const token of ['x'.repeat(64), '']) {
      const result = await doctor(project, [], { HCLOUD_TOKEN: token })
      expect(result.code).toBe(1)
      expect(findCheck(result, 'token')).toMatchObject({
        status: 'failed',
        hint: expect.stringContaining('HCLOUD_TOKEN'),
      })
      expect(findCheck(result, 'stock arm')?.status).toBe('skipped')
      expect(findCheck(result, 'Image Factory')?.status).toBe('ok')
    }
  })

  it('says that the token is that of a context of hcloud', async () => {
    await using workspace = await createWorkspace()
    const { HCLOUD_ENDPOINT: endpoint, HCLOUD_TOKEN: token, ...env } = project.env
    const config = `active_context = "prod"\n[[contexts]]\nname = "prod"\ntoken = "${token}"\npreferences = { endpoint = "${endpoint}" }\n`
    await chmod(await workspace.write('.config/hcloud/cli.toml', config), 0o644)
    const options = { cwd: workspace.root, env: { ...env, HOME: workspace.root } }
    const said = 'the context "prod" of hcloud, since HCLOUD_TOKEN is not set; from ~/.config/hcloud/cli.toml'
    const result = await runCommand(['doctor', '--output', 'json'], options)
    expect(findCheck(result, 'token')).toMatchObject({
      status: 'warning',
      message: expect.stringContaining(`: ${said}`),
    })
    const listed = await runCommand(['list'], options)
    expect(listed.stderr).toBe(`Project: ${said}, which other users can read (chmod 600 ~/.config/hcloud/cli.toml)\n`)
    for (const { stdout, stderr } of [result, listed]) expect(stdout + stderr).not.toContain(token)
    const wrong = await runCommand(['list'], { ...options, env: { ...options.env, HCLOUD_CONTEXT: 'prd' } })
    expectRefusal(wrong, 'hcloud has no context "prd"')
  })

  it('fails without an answer, and still asks the others', async () => {
    const nowhere = { HCLOUD_ENDPOINT: 'http://127.0.0.1:1/v1' }
    const result = await doctor(project, [], nowhere)
    expect(result.code).toBe(1)
    expect(findCheck(result, 'API')?.message).toContain('no usable answer from http://127.0.0.1:1/v1')
    expect(findCheck(result, 'token')?.status).toBe('skipped')
    expect(findCheck(result, 'Image Factory')?.status).toBe('ok')
  })

  it('calls a wrong proxy a fault of the proxy, and does not blame the token', async () => {
    const wrong = await doctor(project, [], { HTTPS_PROXY: 'socks4://proxy' })
    expect(findCheck(wrong, 'proxy')).toMatchObject({
      status: 'failed',
      message: 'HTTPS_PROXY: "socks4://proxy" is not a proxy that can be used',
    })
    const proxied = {
      HCLOUD_ENDPOINT: 'http://api.test/v1',
      TALOS_IMAGE_ALLOW_HTTP: '1',
      ALL_PROXY: 'http://127.0.0.1:1',
    }
    const gone = await doctor(project, [], proxied)
    expect(findCheck(gone, 'proxy')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('(ALL_PROXY is set: http://127.0.0.1:1)'),
      hint: expect.stringMatching(/^check ALL_PROXY .* reach api\.test directly: NO_PROXY$/),
    })
    for (const result of [wrong, gone]) {
      expect(result.code).toBe(1)
      expect(findCheck(result, 'token')?.status).toBe('skipped')
    }
    expect(findCheck(wrong, 'Image Factory')?.status).toBe('skipped')
  })

  it('looks at the variables of the user', async () => {
    const other = await doctor(project, ['--var', 'server_location=hel1', '--arch', 'x86'])
    expect(findCheck(other, 'stock x86')).toMatchObject({ status: 'ok', message: expect.stringContaining('in hel1') })
    expect(findCheck(other, 'stock arm')).toBeUndefined()

    const typo = await doctor(project, ['--var', 'server_locatoin=hel1'])
    expect(typo.code).toBe(1)
    expect(findCheck(typo, 'configuration')).toMatchObject({
      status: 'failed',
      hint: 'did you mean "server_location"?',
    })
    expect(findCheck(typo, 'stock arm')?.status).toBe('skipped')

    const nowhere = await doctor(project, ['--var', 'server_location=fsn2', '--var', 'talos_version=v1.99.0'])
    expect(findCheck(nowhere, 'stock x86')?.message).toBe('Hetzner Cloud has no location "fsn2"')
    expect(findCheck(nowhere, 'Image Factory')?.message).toBe('the Image Factory has no Talos v1.99.0')
  })

  it('tries SSH where it is told to', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).write('SSH-2.0-test\r\n')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = address === null || typeof address === 'string' ? 0 : address.port
    const there = await doctor(project, ['--ssh-host', `127.0.0.1:${port}`])
    expect(findCheck(there, 'SSH')?.status).toBe('ok')
    server.close()
    const gone = await doctor(project, ['--ssh-host', `127.0.0.1:${port}`])
    expect({ code: gone.code, ssh: findCheck(gone, 'SSH')?.status }).toEqual({ code: 1, ssh: 'failed' })
  })

  it('refuses an address that is none', async () => {
    expectRefusal(await runInWorkspace(['doctor', '--ssh-host', 'a:b'], { env: project.env }), 'Use HOST or HOST:PORT')
  })
})

describe('doctor, where the API looks at the content of a request before it looks at the token', () => {
  it.each([
    ['of a new key', ['POST'], 'failed'],
    // Nothing can be told then without writing, and its words say so.
    ['of everything', ['POST', 'PUT'], 'ok'],
  ] as const)('%s', async (_, methods, status) => {
    await using project = await createProject({ machines: 'none', intercept: looksAtContentFirst(...methods) })
    const check = findCheck(await doctor(project, []), 'write access')
    expect(check?.status).toBe(status)
    if (status === 'ok') expect(check?.message).toContain('as far as can be told without changing anything')
    expect(await project.remains()).toEqual([])
  })
})

describe('doctor --sandbox', () => {
  it('looks at the sandbox, whatever the token', async () => {
    await using workspace = await createWorkspace()
    const env = { ...workspace.sandboxEnv, HCLOUD_TOKEN: 'not for the sandbox' }
    const result = await runCommand(['doctor', '--sandbox', '--output', 'json'], { cwd: workspace.root, env })
    expect(result.code, result.stdout).toBe(0)
    expect(findCheck(result, 'namespaces')?.status).toBe('ok')
    expect(findCheck(result, 'SSH')?.message).toBe("the sandbox's servers are on this computer")
  })
})
