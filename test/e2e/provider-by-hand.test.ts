/** The command under the name of a provider, started by someone else than Terraform. */

import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { COMMAND, type CommandOptions, runCommand, startCommand } from '../support/command.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

let workspace: Workspace
let options: CommandOptions

beforeAll(async () => {
  workspace = await createWorkspace()
  const provider = join(workspace.root, 'terraform-provider-talosimage_v0.1.0')
  await symlink(COMMAND.at(-1) ?? '', provider)
  options = { cwd: workspace.root, program: [provider], env: { TALOS_IMAGE_CALLED_AS: '' } }
})
afterAll(() => workspace[Symbol.asyncDispose]())

test.each([[[]], [['--version']], [['build', '--sandbox']]])('%j says what it is for', async (args) => {
  const { code, stdout, stderr } = await runCommand(args, options)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('error: this is a provider for Terraform, which starts it itself\n')
  expect(stderr).toContain('required_providers { talosimage = { source = "talos-image/talosimage" } }')
})

test('--debug runs until Ctrl-C, and says where', async () => {
  let printed = ''
  await using provider = startCommand(['--debug'], {
    ...options,
    onStdout: (text) => {
      printed = text
    },
  })
  await expect.poll(() => printed).toMatch(/^TF_REATTACH_PROVIDERS='\{"talos-image\/talosimage":\{.*\}\}'\n$/)
  provider.interrupt()
  const { code, stderr } = await provider.result
  expect(code).toBe(0)
  expect(JSON.parse(stderr.split('\n')[0] ?? '')).toMatchObject({ '@level': 'debug', '@message': 'serving' })
})

test('what another provider calls is the command itself, whatever is left in its environment', async () => {
  const cookie = { TF_PLUGIN_MAGIC_COOKIE: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2' }
  const { code, stdout } = await runCommand(['--version'], { cwd: workspace.root, env: cookie })
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})
