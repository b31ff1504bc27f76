/** Every command of the pages that people begin with, typed into a shell one after the other, as it stands there. */

import { chmod, cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMAND_LINE, ROOT, runCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { readShellBlocks } from '../support/shell-blocks.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

/** What a test cannot do, and why. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'export HCLOUD_TOKEN=...': 'stands for a token of your own; the commands after it have that of an emulated project',
  'npm ci && npm test': 'is what runs this test',
}

/** docs/getting-started.md has a test of its own. */
const PAGES = ['README.md'] as const

const COMMANDS = await Promise.all(PAGES.map(async (page) => ({ page, commands: await readShellBlocks(page) })))

const SHELL = ['bash', '-euo', 'pipefail', '-c'] as const

describe.each(COMMANDS)('$page', ({ commands }) => {
  let project: Project
  let workspace: Workspace

  beforeAll(async () => {
    project = await createProject()
    workspace = await createWorkspace()
    // As in a clone, and as it is installed.
    for (const path of ['talos-image', 'bin/talos-image']) {
      await chmod(await workspace.write(path, `#!/bin/sh\nexec ${COMMAND_LINE} "$@"\n`), 0o755)
    }
    await cp(join(ROOT, 'docs'), join(workspace.root, 'docs'), { recursive: true })
  })
  afterAll(async () => {
    await workspace[Symbol.asyncDispose]()
    await project.close()
  })

  // Each finds what those before it have made.
  it.each(commands.filter((command) => NOT_HERE[command] === undefined))('%s', async (command) => {
    const env = {
      ...workspace.sandboxEnv,
      ...project.env,
      TALOS_IMAGE_SSH_PORT: String(project.sshPort),
      HOME: workspace.root,
      PATH: `${join(workspace.root, 'bin')}:${process.env.PATH}`,
    }
    const options = { cwd: workspace.root, env, program: SHELL, timeoutMs: 120_000 }
    const { code, stdout, stderr } = await runCommand([command], options)
    expect(code, `${command}\n${stdout}${stderr}`).toBe(0)
  })

  it('leaves nothing behind', async () => {
    expect(await project.remains()).toEqual([])
    expect((await project.snapshots()).length).toBeGreaterThanOrEqual(4)
  })
})

describe('the commands of the pages', () => {
  const all = COMMANDS.flatMap(({ commands }) => commands)

  it('are found, and those that cannot be tried are still there', () => {
    expect(all).toEqual(expect.arrayContaining(Object.keys(NOT_HERE)))
    for (const { page, commands } of COMMANDS) expect(commands.length, page).toBeGreaterThan(5)
  })

  it('stand in no other kind of block', async () => {
    for (const page of PAGES) {
      const text = await readFile(join(ROOT, page), 'utf8')
      const kinds = [...text.matchAll(/^```(\S*)\n.*?^```$/gms)].map(([, kind]) => kind)
      // What is for Terraform is applied by a judge.
      expect(new Set(kinds.filter((kind) => kind !== 'hcl')), page).toEqual(new Set(['sh']))
    }
  })
})
