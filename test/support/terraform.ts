/** Terraform itself, with our provider from a mirror in the file system: it asks nothing else, and downloads nothing. */

import { mkdir, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { expect } from 'vitest'
import { SOURCE } from '../../src/provider/provider.ts'
import { VERSION } from '../../src/util/user-agent.ts'
import { COMMAND, type CommandOptions, type CommandResult, type RunningCommand, startCommand } from './command.ts'
import type { Workspace } from './workspace.ts'

/** What a configuration that uses the provider begins with. */
export const REQUIRED_PROVIDERS = `terraform {
  required_providers {
    talosimage = {
      source = "${SOURCE}"
    }
  }
}
`

export interface Terraform {
  /** Where the configuration is. */
  readonly folder: string
  /** Writes a file of the configuration. */
  write(path: string, content: string): Promise<string>
  start(...args: string[]): RunningCommand
  run(...args: string[]): Promise<CommandResult>
  /** Runs it, which must succeed, and gives what it prints. */
  ok(...args: string[]): Promise<string>
  /** Runs it, which must fail, and gives what it says of that, in one line. */
  fails(...args: string[]): Promise<string>
  /** What is in the state: the values of resources and data sources, by their addresses. */
  values(): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>>
}

/** Where names of providers without a host belong to: Terraform's, and OpenTofu's, which runs the same tests as `terraform` in PATH. */
const REGISTRIES = ['registry.terraform.io', 'registry.opentofu.org']

const TIMEOUT_MS = 170_000

const Resources = v.object({ address: v.string(), values: v.record(v.string(), v.unknown()) })
const Shown = v.object({
  values: v.optional(v.object({ root_module: v.object({ resources: v.optional(v.array(Resources), []) }) })),
})

/**
 * Terraform in a folder of the workspace.
 * @param env beside PATH: where its provider finds a project
 * @param provider the file that is the provider, instead of the built command; or its .zip, as it is released
 */
export async function prepareTerraform(
  workspace: Workspace,
  env: CommandOptions['env'] = {},
  provider: string = COMMAND.at(-1) ?? '',
): Promise<Terraform> {
  const { root } = workspace
  const folder = join(root, 'terraform')
  await mkdir(folder, { recursive: true })
  for (const host of REGISTRIES) await linkProvider(join(root, 'mirror', host, SOURCE), provider)
  const mirror = `provider_installation {\n  filesystem_mirror {\n    path = "${join(root, 'mirror')}"\n  }\n}\n`
  const settings = {
    HOME: root,
    TF_CLI_CONFIG_FILE: await workspace.write('terraformrc', mirror),
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    // It would ask its maker for news.
    CHECKPOINT_DISABLE: '1',
    ...env,
  }
  const start = (...args: readonly string[]): RunningCommand =>
    startCommand([...args, '-no-color'], { cwd: folder, program: ['terraform'], env: settings, timeoutMs: TIMEOUT_MS })
  const run = async (...args: readonly string[]): Promise<CommandResult> => {
    await using command = start(...args)
    return await command.result
  }
  const ok = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args)
    expect(code, `terraform ${args.join(' ')}\n${stdout}${stderr}`).toBe(0)
    return stdout
  }
  return {
    folder,
    write: (path, content) => workspace.write(join('terraform', path), content),
    start,
    run,
    ok,
    async fails(...args) {
      const { code, stdout, stderr } = await run(...args)
      expect(code, `terraform ${args.join(' ')}\n${stdout}${stderr}`).toBe(1)
      return stderr.replaceAll(/[╷│╵]/g, '').replaceAll(/\s+/g, ' ').trim()
    },
    async values() {
      const { values } = v.parse(Shown, JSON.parse(await ok('show', '-json')))
      return Object.fromEntries((values?.root_module.resources ?? []).map((one) => [one.address, one.values]))
    },
  }
}

/** Puts the provider where a mirror has it, unpacked or not. */
async function linkProvider(mirror: string, provider: string): Promise<void> {
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`
  const isPacked = provider.endsWith('.zip')
  const folder = isPacked ? mirror : join(mirror, VERSION, platform)
  await mkdir(folder, { recursive: true })
  await symlink(provider, join(folder, isPacked ? basename(provider) : `terraform-provider-talosimage_v${VERSION}`))
}
