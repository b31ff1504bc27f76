/** A sandbox without room for its disks. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { CLI, runCommand } from '../../support/command.ts'
import { findReasonAgainstMounts } from '../../support/mounts.ts'
import { expectFailure } from '../../support/refusal.ts'
import { createWorkspace } from '../../support/workspace.ts'

const reason = findReasonAgainstMounts()

describe('a sandbox on a full disk', () => {
  it('says what it needs and what there is', async ({ skip }) => {
    if (reason !== undefined) skip(reason)
    await using workspace = await createWorkspace()
    const state = join(workspace.root, 'state')
    await mkdir(state)
    const mount = 'mount -t tmpfs -o size=8m tmpfs "$1" && shift && exec "$@"'
    const result = await runCommand(['build', '--sandbox'], {
      program: ['unshare', '--mount', 'sh', '-c', mount, 'sh', state, process.execPath, CLI],
      cwd: workspace.root,
      env: workspace.sandboxEnv,
    })
    expectFailure(1, result, 'error: the sandbox needs ', ' MB are free', 'hint: remove what you no longer need')
  })
})
