/** The token, the SSH key and root passwords: nothing that a build writes or runs shows any of them. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxOptions } from 'hcloud-sandbox'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Census, takeCensus } from '../support/census.ts'
import { startCommand } from '../support/command.ts'
import { createProject } from '../support/project.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

/** What a private key begins with: its frame, and OpenSSH's own format in base64. */
const KEYS = ['PRIVATE KEY', 'b3BlbnNzaC1rZXk']

let workspace: Workspace

beforeEach(async () => {
  workspace = await createWorkspace({ 'tmp/.keep': '' })
})
afterEach(() => workspace[Symbol.asyncDispose]())

/** Builds with everything that writes something; gives it all, with what must not be in it. */
async function buildAndGather(output: 'json' | 'jsonl' | 'text', options: Partial<SandboxOptions> = {}) {
  const passwords = new Set<string>()
  const censuses: Census[] = []
  await using project = await createProject({
    ...options,
    onAnswer({ body }) {
      for (const [, password = ''] of JSON.stringify(body ?? null).matchAll(/"root_password":"([^"]+)"/g))
        passwords.add(password)
    },
    // The machine downloads: everything is under way, and waits until this has looked.
    async interceptFactory(request) {
      const isDownload = request.method === 'GET' && request.url.includes('/image/') && !request.headers.has('range')
      if (isDownload) censuses.push(await takeCensus([project.token, ...KEYS]))
      return undefined
    },
  })
  const args = ['build', '--arch', 'arm', '--output', output, '--manifest', 'manifest.json', '--debug-log', 'debug.log']
  await using command = startCommand([...args, ...project.sshFlags], {
    cwd: workspace.root,
    env: { ...project.env, TMPDIR: join(workspace.root, 'tmp') },
  })
  const { code, stdout, stderr } = await command.result
  const written = new Map([
    ['stdout', stdout],
    ['stderr', stderr],
  ])
  for (const entry of await readdir(workspace.root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !path.includes('/_packer/')) written.set(path, await readFile(path, 'utf8'))
  }
  return { code, written, censuses, secrets: [project.token, ...passwords, ...KEYS, 'Bearer '], passwords }
}

const holders = (written: ReadonlyMap<string, string>, secret: string): string[] =>
  [...written].filter(([, text]) => text.includes(secret)).map(([name]) => name)

describe('a build with a debug log and a manifest', () => {
  it.each(['json', 'jsonl', 'text'] as const)('that succeeds, with %s, shows no secret', async (output) => {
    const { code, written, censuses, secrets, passwords } = await buildAndGather(output)
    expect(code, written.get('stderr')).toBe(0)
    // What is looked at is there.
    expect([...written.keys()].join()).toMatch(/manifest\.json.*debug\.log|debug\.log.*manifest\.json/)
    expect(holders(written, 'enable_rescue')).toEqual([expect.stringContaining('debug.log')])
    expect(holders(written, '"root_password":"[redacted]"')).toEqual([expect.stringContaining('debug.log')])
    expect(passwords.size).toBeGreaterThan(0)
    for (const secret of secrets) expect(holders(written, secret), secret).toEqual([])

    const [census] = censuses
    expect(census?.args).toMatch(/(cli\.c?js|talos-image-\S+) build --arch arm/)
    expect(census?.inMachines).toBeGreaterThan(0)
    expect(census?.environments).toContain('PATH=')
    expect(census?.files).toEqual([])
    for (const secret of secrets) {
      expect(census?.args).not.toContain(secret)
      expect(census?.environments).not.toContain(secret)
    }
  })

  it.each(['json', 'jsonl', 'text'] as const)(
    'that fails on an answer with secrets in it, with %s, shows none',
    async (output) => {
      const grant = { token: 'e2e0123456789secrets0123456789', project: 'secrets', readOnly: false }
      const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----'
      const error = { code: 'invalid_input', message: `not with ${grant.token} nor ${key}`, details: null }
      const { code, written, secrets } = await buildAndGather(output, {
        tokens: [grant],
        intercept: ({ path }) =>
          path.endsWith('/create_image') ? Response.json({ error }, { status: 422 }) : undefined,
      })
      expect(code, written.get('stderr')).toBe(1)
      expect(holders(written, '[redacted]')).toContain(output === 'text' ? 'stderr' : 'stdout')
      for (const secret of secrets) expect(holders(written, secret), secret).toEqual([])
    },
  )
})
