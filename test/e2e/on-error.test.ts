/** `--on-error`: a server that failed is kept, its key logs in, and one command removes both. */

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../support/command.ts'
import { createProject } from '../support/project.ts'
import { createWorkspace } from '../support/workspace.ts'

test('abort keeps the server of an image that failed, and says how to log in and remove it', async () => {
  await using project = await createProject()
  await using workspace = await createWorkspace()
  const options = { cwd: workspace.root, env: { ...project.env, XDG_STATE_HOME: workspace.root } }
  const pinned = ['--arch', 'x86', '--sha256', 'f'.repeat(64), '--on-error', 'abort', ...project.sshFlags]
  const { code, stderr } = await runCommand(['build', ...pinned], options)
  expect(code).toBe(1)
  const [, run, until] = /server talos-image-(\w+)-x86 is kept until (\S+ \S+) UTC, and costs money/.exec(stderr) ?? []
  expect(stderr).toContain(`cleanup --run ${run}`)
  const key = join(workspace.root, 'talos-image', 'keys', String(run))
  expect(stderr).toMatch(new RegExp(`ssh -i ${key} -p \\d+ root@127\\.`))
  expect(await project.remains()).toEqual([`talos-image-${run}-x86`])

  const swept = await runCommand(['cleanup', '--yes'], options)
  expect(swept.stdout).toContain('what is there was kept to be looked at')
  const shown = await runCommand(['cleanup'], options)
  expect(shown.stdout).toContain(`kept until ${until} UTC`)
  const removed = await runCommand(['cleanup', '--run', String(run)], options)
  expect(removed.stdout).toBe('Removed 1 of 1.\n')
  expect(await project.remains()).toEqual([])
  expect(await readdir(join(workspace.root, 'talos-image', 'keys'))).toEqual([])
})
