/** `TALOS_IMAGE_SANDBOX_RECORD`: what lets answers be judged that a command gave to other programs. */

import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { startSandboxCommand } from '../support/sandbox-command.ts'
import { createWorkspace } from '../support/workspace.ts'

describe('TALOS_IMAGE_SANDBOX_RECORD', () => {
  it('gets every answer of the cloud, at once', async () => {
    await using sandbox = await startSandboxCommand()
    const body = await sandbox.look('/locations?name=fsn1')
    await sandbox.look('/servers/7')
    const record = await readFile(sandbox.workspace.sandboxEnv.TALOS_IMAGE_SANDBOX_RECORD, 'utf8')
    const exchanges = record
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(exchanges).toMatchObject([
      { method: 'GET', path: '/locations', status: 200, body },
      { method: 'GET', path: '/servers/7', status: 404, body: { error: { code: 'not_found' } } },
    ])
  })

  it('must be a file that can be written', async () => {
    await using workspace = await createWorkspace()
    const env = { ...workspace.sandboxEnv, TALOS_IMAGE_SANDBOX_RECORD: 'nowhere/answers.jsonl' }
    const { code, stderr } = await runCommand(['list', '--sandbox'], { cwd: workspace.root, env })
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('TALOS_IMAGE_SANDBOX_RECORD: the record of answers cannot be written')
    expect(stderr).toContain('name a file in a folder that exists')
  })
})
