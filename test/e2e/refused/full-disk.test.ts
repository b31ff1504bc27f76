/** Where files cannot be written as usual: no space, or a file that is a mount of its own. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLI, type CommandResult, runCommand } from '../../support/command.ts'
import { findReasonAgainstMounts } from '../../support/mounts.ts'
import { createWorkspace } from '../../support/workspace.ts'

const reason = findReasonAgainstMounts()

const INIT = ['init', 'there', '--yes', '--no-extensions', '--talos-version', 'v1.12.2', '--sandbox', '--force']

/** Runs a script around `init --force`, which is `"$@"`, where this test has mounts of its own. */
async function init(script: string): Promise<CommandResult> {
  await using workspace = await createWorkspace()
  return await runCommand(INIT, {
    program: ['unshare', '--mount', 'sh', '-c', script, 'sh', process.execPath, CLI],
    cwd: join(workspace.root),
    env: workspace.sandboxEnv,
  })
}

describe('files of init', () => {
  it('leave nothing half on a full disk', async ({ skip }) => {
    if (reason !== undefined) skip(reason)
    const { code, stdout, stderr } = await init(`
      mkdir there && mount -t tmpfs -o size=4k tmpfs there && printf old >there/schematic.yaml && chmod 640 there/schematic.yaml
      "$@"; code=$?; ls -A there; cat there/schematic.yaml; exit $code`)
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: 'schematic.yaml\nold' })
    expect(stderr).toContain('there cannot be written: no space left')
  })

  it('are written into a file that is mounted, which cannot be replaced', async ({ skip }) => {
    if (reason !== undefined) skip(reason)
    const { code, stdout, stderr } = await init(`
      mkdir there && echo old >mine && echo old >there/schematic.yaml && mount --bind mine there/schematic.yaml
      "$@" >&2; code=$?; ls -A there; head -n 1 mine; exit $code`)
    expect(code, stderr).toBe(0)
    expect(stdout).not.toContain('.part')
    expect(stdout).not.toContain('old')
  })
})
