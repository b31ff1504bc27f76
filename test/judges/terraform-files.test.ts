/**
 * What is written for Terraform, read by Terraform itself. No provider is needed, since none can be downloaded in a test:
 * data sources are looked at as text, and a provisioner calls `talos-image external` in the place of its provider.
 */

import { spawnSync } from 'node:child_process'
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toResultDocument } from '../../src/report/result.ts'
import { formatTerraform } from '../../src/report/terraform.ts'
import { CLI, ROOT, runCommand } from '../support/command.ts'
import { missing, named } from '../support/programs.ts'
import { type SandboxCommand, startSandboxCommand } from '../support/sandbox-command.ts'
import { built, FACTORY, imageAt, result, rolesPlan } from '../unit/report/fixture.ts'

const WHY_NOT = missing('terraform')
const PAGES = ['_packer/README.md', 'docs/terraform.md'] as const

/** What `terraform fmt` makes of a text. */
function format(text: string): string {
  const { stdout, stderr, status } = spawnSync('terraform', ['fmt', '-'], { input: text, encoding: 'utf8' })
  expect(status, `${stderr}\n${text}`).toBe(0)
  return stdout
}

describe.skipIf(WHY_NOT !== undefined)(named('terraform fmt changes nothing in', WHY_NOT), () => {
  it('the examples', () => {
    const { stdout, status } = spawnSync(
      'terraform',
      ['fmt', '-check', '-diff', '-recursive', join(ROOT, 'examples/terraform')],
      { encoding: 'utf8' },
    )
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  it.each(PAGES)('the blocks in %s', async (page) => {
    const text = await readFile(join(ROOT, page), 'utf8')
    const blocks = [...text.matchAll(/^( *)```hcl\n(.*?)^ *```$/gms)]
    expect(blocks.length).toBeGreaterThan(0)
    for (const [, indent = '', block = ''] of blocks) {
      const plain = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
      expect(format(plain)).toBe(plain)
    }
  })

  it.each([
    ['both roles', [0, 1, 2, 3], {}],
    ['one role', [2, 3], {}],
    ['generic images', [0, 1], { roles: [undefined] }],
  ] as const)('the text for %s', (_, indexes, roles) => {
    const images = indexes.map((index) => built(imageAt(rolesPlan(roles), index), index + 1))
    const text = `${formatTerraform(toResultDocument(result(...images), 'v1.12.2', FACTORY).snapshots)}\n`
    expect(format(text)).toBe(text)
  })
})

/** Variables that a module has, and outputs with their values, by the name of the file that declares them. */
const MODULE = `variable "control_plane_image_selector" {
  type = string
}

variable "worker_image_selector" {
  type = string
}

output "selectors" {
  value = [var.control_plane_image_selector, var.worker_image_selector]
}
`

/** Asks in one run, and reads the answers in the next: a file is read before anything is made. */
const ASK = `locals {
  queries = { for role in ["control-plane", "worker"] : role => { architecture = "x86", role = role, talos_version = "" } }
}

resource "terraform_data" "image" {
  for_each = local.queries
  provisioner "local-exec" {
    command = "talos-image external >\${each.key}.json <<'END'\\n\${jsonencode(each.value)}\\nEND"
  }
}
`
const READ = `variable "answers" {
  type = map(map(string))
}

output "images" {
  value = { for role, answer in var.answers : role => answer.image_id }
}
`

const Images = v.object({ images: v.array(v.object({ id: v.number(), labels: v.record(v.string(), v.string()) })) })
const Outputs = v.record(v.string(), v.object({ value: v.unknown() }))

describe.skipIf(WHY_NOT !== undefined)(named('terraform takes what a build has', WHY_NOT), () => {
  let sandbox: SandboxCommand
  let stdout = ''
  let ids: Readonly<Record<string, string>> = {}

  /** Runs Terraform in a folder of the workspace; it must succeed, and warn of nothing. */
  async function terraform(folder: string, ...args: string[]): Promise<string> {
    const { root } = sandbox.workspace
    const outcome = await runCommand([...args, '-no-color'], {
      cwd: join(root, folder),
      program: ['terraform'],
      env: {
        ...sandbox.env,
        HOME: root,
        PATH: `${join(root, 'bin')}:${process.env.PATH}`,
        TF_CLI_CONFIG_FILE: join(root, 'terraformrc'),
        // It would ask its maker for news.
        CHECKPOINT_DISABLE: '1',
      },
    })
    const said = outcome.stdout + outcome.stderr
    expect(outcome.code, said).toBe(0)
    expect(said).not.toContain('Warning:')
    return outcome.stdout
  }

  /** Reads, validates and applies a folder, and gives its outputs. */
  async function apply(folder: string, ...args: string[]): Promise<Readonly<Record<string, unknown>>> {
    await terraform(folder, 'init')
    await terraform(folder, 'validate')
    await terraform(folder, 'plan', '-input=false', ...args)
    await terraform(folder, 'apply', '-input=false', '-auto-approve', ...args)
    const outputs = v.parse(Outputs, JSON.parse(await terraform(folder, 'output', '-json')))
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))
  }

  beforeAll(async () => {
    sandbox = await startSandboxCommand()
    const { workspace, env, sshPort, look } = sandbox
    await workspace.write('terraformrc', '')
    const program = await workspace.write('bin/talos-image', `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`)
    await chmod(program, 0o755)
    await workspace.write('by-tfvars/main.tf', await tfvarsExample())
    const args = ['build', '--roles', '--arch', 'x86', '--tfvars', 'by-tfvars/talos.auto.tfvars.json']
    const outcome = await runCommand([...args, '--ssh-port', String(sshPort)], { cwd: workspace.root, env })
    expect(outcome.code, outcome.stderr).toBe(0)
    stdout = outcome.stdout
    const { images } = v.parse(Images, await look('/images?type=snapshot'))
    ids = Object.fromEntries(images.map(({ id, labels }) => [String(labels.role), String(id)]))
  })
  afterAll(() => sandbox[Symbol.asyncDispose]())

  it('written with --tfvars, as the variables of the example', async () => {
    const { talos, variables } = await apply('by-tfvars')
    expect(variables).toEqual({
      ids: { control_plane_x86: ids['control-plane'], worker_x86: ids.worker },
      selectors: ['os=talos,role=control-plane,version=v1.12.2', 'os=talos,role=worker,version=v1.12.2'],
    })
    const installer = expect.stringMatching(/\/hcloud-installer\/[0-9a-f]{64}:v1\.12\.2$/)
    expect(talos).toEqual({
      version: 'v1.12.2',
      installers: { control_plane_x86: installer, worker_x86: installer },
    })
    expect(await terraform('by-tfvars', 'plan', '-input=false', '-detailed-exitcode')).toContain('No changes.')
  })

  it('printed, as the settings of a module', async () => {
    const settings = /^ {2}control_plane_image_selector = .*\n {2}worker_image_selector .*\n/m.exec(stdout)?.[0]
    await sandbox.workspace.write('printed/talos/main.tf', MODULE)
    await sandbox.workspace.write(
      'printed/main.tf',
      `module "talos" {\n  source = "./talos"\n${settings}}\n\noutput "selectors" {\n  value = module.talos.selectors\n}\n`,
    )
    expect(await apply('printed')).toEqual({
      selectors: ['os=talos,role=control-plane,version=v1.12.2', 'os=talos,role=worker,version=v1.12.2'],
    })
    const printed = stdout.slice(stdout.indexOf('  # older hcloud-talos'), stdout.indexOf('Installer,')).trimEnd()
    const text = `${printed.replaceAll(/^ {2}/gm, '')}\n`
    expect(format(text)).toBe(text)
    expect(text).toContain('data "hcloud_image"')
  })

  it('left in the project, by asking talos-image external', async () => {
    const { workspace } = sandbox
    await workspace.write('ask/main.tf', ASK)
    await apply('ask')
    const answer = async (role: string): Promise<unknown> =>
      JSON.parse(await readFile(join(workspace.root, 'ask', `${role}.json`), 'utf8'))
    const answers = { 'control-plane': await answer('control-plane'), worker: await answer('worker') }
    await workspace.write('read/main.tf', READ)
    await workspace.write('read/answers.auto.tfvars.json', JSON.stringify({ answers }))
    expect(await apply('read')).toEqual({ images: ids })
  })
})

/** The example that reads the file, without the machines that it makes: those need a provider. */
async function tfvarsExample(): Promise<string> {
  const text = await readFile(join(ROOT, 'examples/terraform/by-tfvars/main.tf'), 'utf8')
  const without = text.replace(/^module "machines" \{\n.*?^\}\n/ms, '').replace(/^output "servers" \{\n.*?^\}\n/ms, '')
  const selectors = 'selectors = [var.control_plane_image_selector, var.worker_image_selector]'
  return `${without}\noutput "variables" {\n  value = { ids = var.talos_image_ids, ${selectors} }\n}\n`
}
