/** The executable for Linux on x64, on a computer without Node.js. */

import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommandResult, type RunningCommand, runCommand, startCommand } from '../support/command.ts'
import { createPathWithoutNode, findProcesses, LINUX_X64 } from '../support/executables.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

let workspace: Workspace
let options: Parameters<typeof startCommand>[1]

beforeAll(async () => {
  workspace = await createWorkspace()
  const PATH = await createPathWithoutNode(join(workspace.root, 'bin'))
  const env = { ...workspace.sandboxEnv, PATH, TALOS_IMAGE_CALLED_AS: '' }
  options = { cwd: workspace.root, program: [LINUX_X64], env }
})
afterAll(() => workspace[Symbol.asyncDispose]())

const run = (...args: string[]): Promise<CommandResult> => runCommand(args, options)
const start = (...args: string[]): RunningCommand => startCommand(args, options)

async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  expect(code, stderr + stdout).toBe(0)
  return stdout
}

describe('without Node.js', () => {
  test('there is none', async () => {
    const { code } = await runCommand(['-c', 'command -v node npm npx'], { ...options, program: ['sh'] })
    expect(code).not.toBe(0)
  })

  test('init writes the files, which a build in the sandbox takes, and nothing runs afterwards', async () => {
    const said = await succeed('init', 'mine', '--yes', '--sandbox')
    expect(said).toMatch(/ \S+\/talos-image-linux-x64 build --directory mine --sandbox\n/)
    const written = await readFile(join(workspace.root, 'mine/talos-hcloud.pkr.hcl'), 'utf8')
    expect(written).toBe(await readFile('_packer/talos-hcloud.pkr.hcl', 'utf8'))
    const built = await succeed('build', '--sandbox', '--directory', 'mine', '--output', 'json')
    expect(JSON.parse(built)).toMatchObject({
      snapshots: [{ architecture: 'arm' }, { architecture: 'x86' }],
      leftovers: [],
    })
    expect(await findProcesses(LINUX_X64)).toEqual([])
    expect(await findProcesses(workspace.stateDir)).toEqual([])
  })

  test('a template that has to be evaluated is, in a process of its own', async () => {
    await workspace.write('_packer/hcloud.auto.pkrvars.hcl', 'talos_version = "v1.13.9"\n')
    await using build = start('build', '--sandbox', '--directory', '_packer', '--arch', 'arm')
    await expect.poll(() => findProcesses(`${LINUX_X64} embedded:eval`), { interval: 5 }).toHaveLength(1)
    const { code, stdout, stderr } = await build.result
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('v1.13.9')
  })

  test('a sandbox runs for other programs, and ends with Ctrl-C', async () => {
    await using sandbox = start('sandbox')
    await sandbox.waitForStderr(/HCLOUD_ENDPOINT|Ctrl-C/)
    const listed = await succeed('list', '--sandbox', '--output', 'json')
    expect(JSON.parse(listed)).toHaveProperty('snapshots')
    sandbox.interrupt()
    expect((await sandbox.result).code).toBe(0)
    expect(await findProcesses(LINUX_X64)).toEqual([])
  })

  test('a link to it in PATH is called by its name in messages', async () => {
    await symlink(LINUX_X64, join(workspace.root, 'bin/talos-image'))
    const { code, stderr } = await runCommand(['bild'], { ...options, program: ['talos-image'] })
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('(talos-image help shows') })
  })

  test('a link to it that is called packer stands in for Packer', async () => {
    const folder = join(workspace.root, 'linked')
    await mkdir(folder)
    await symlink(LINUX_X64, join(folder, 'packer'))
    const env = { ...options.env, PATH: `${folder}:${options.env?.PATH}`, TALOS_IMAGE_SANDBOX: '1' }
    const args = ['build', '-color=false', '-only=*.talos-x86', '_packer']
    const { code, stdout, stderr } = await runCommand(args, { ...options, env, program: ['packer'] })
    expect(code, stderr + stdout).toBe(0)
    expect(stdout).toContain('==> Builds finished. The artifacts of successful builds are:\n--> hcloud.talos-x86: ')
  })

  test.each([
    ['schematic id', ['schematic', 'id', '_packer/schematic.yaml'], /^[0-9a-f]{64}\n$/],
    ['completion', ['completion', 'bash'], /complete .*talos-image/],
    ['doctor', ['doctor', '--sandbox', '--directory', '_packer'], /namespaces|machines/],
    ['version', ['--version'], /^\d+\.\d+\.\d+\n$/],
    ['help', ['--help'], /^Usage: talos-image/],
  ])('%s', async (_, args, text) => {
    expect(await succeed(...args)).toMatch(text)
  })
})
