/** Terraform itself, with the example as it is and its real providers, against the emulated cloud. */

import { chmod, cp } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { CLI, type CommandResult, ROOT, runCommand } from '../support/command.ts'
import { missing, named } from '../support/programs.ts'
import { type SandboxCommand, startSandboxCommand } from '../support/sandbox-command.ts'

const EXAMPLE = join(ROOT, 'examples', 'terraform')
const WAYS = ['by-selector', 'by-tfvars', 'by-external'] as const
const WHY_NOT = missing('terraform')

/** A folder of providers as `terraform providers mirror` makes it; tests cannot download them. */
const MIRROR = process.env.TALOS_IMAGE_TEST_TERRAFORM_MIRROR ?? ''
const WHY_NO_PROVIDERS = WHY_NOT ?? (MIRROR === '' ? 'TALOS_IMAGE_TEST_TERRAFORM_MIRROR names no providers' : undefined)

interface Judge extends SandboxCommand {
  /** Runs Terraform in one of the example's folders, which must succeed, and gives what it prints. */
  ok(way: string, ...args: string[]): Promise<string>
  run(way: string, ...args: string[]): Promise<CommandResult>
  build(...args: string[]): Promise<void>
}

async function createJudge(): Promise<Judge> {
  const sandbox = await startSandboxCommand()
  const { workspace, env: printed } = sandbox
  const { root } = workspace
  await cp(EXAMPLE, join(root, 'terraform'), { recursive: true })
  await chmod(await workspace.write('bin/talos-image', `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`), 0o755)
  const config = await workspace.write(
    'terraformrc',
    `provider_installation {\n  filesystem_mirror {\n    path = "${MIRROR}"\n  }\n}\n`,
  )
  const env = {
    ...printed,
    HOME: root,
    PATH: `${join(root, 'bin')}:${process.env.PATH}`,
    TF_CLI_CONFIG_FILE: config,
    // It would ask its maker for news.
    CHECKPOINT_DISABLE: '1',
  }
  const run: Judge['run'] = (way, ...args) =>
    runCommand([...args, '-no-color'], { cwd: join(root, 'terraform', way), program: ['terraform'], env })
  return {
    ...sandbox,
    run,
    async ok(way, ...args) {
      const { code, stdout, stderr } = await run(way, ...args)
      expect(code, `${way}: terraform ${args.join(' ')}\n${stdout}${stderr}`).toBe(0)
      return stdout
    },
    async build(...args) {
      const { code, stderr } = await runCommand(['build', '--ssh-port', String(sandbox.sshPort), ...args], {
        cwd: root,
        env: printed,
      })
      expect(code, stderr).toBe(0)
    },
  }
}

const Servers = v.object({
  servers: v.array(v.object({ name: v.string(), image: v.object({ id: v.number() }) })),
})
const Images = v.object({ images: v.array(v.object({ id: v.number(), labels: v.record(v.string(), v.string()) })) })

describe('the example for Terraform', () => {
  const title = 'makes servers from the snapshots, whichever way it finds them, and finds nothing to change afterwards'
  it.skipIf(WHY_NO_PROVIDERS !== undefined)(named(title, WHY_NO_PROVIDERS), { timeout: 600_000 }, async () => {
    await using judge = await createJudge()
    const { ok, run, look, build } = judge
    await build('--roles', '--arch', 'x86', '--tfvars', 'terraform/by-tfvars/talos.auto.tfvars.json')
    // Newer than those of the roles: what a selector without a role would take.
    await build('--arch', 'x86')
    const { images } = v.parse(Images, await look('/images?type=snapshot'))
    const idOf = (role: string) => images.find(({ labels }) => labels.role === role)?.id
    for (const way of WAYS) {
      await ok(way, 'init')
      await ok(way, 'validate')
      await ok(way, 'apply', '-auto-approve')
      const { servers } = v.parse(Servers, await look('/servers?sort=name'))
      expect(servers, way).toEqual([
        { name: 'control-plane-1', image: { id: idOf('control-plane') } },
        { name: 'worker-1', image: { id: idOf('worker') } },
      ])
      // It exits with 2 when there is something to change.
      await ok(way, 'plan', '-detailed-exitcode')
      await ok(way, 'destroy', '-auto-approve')
      expect(await look('/servers')).toMatchObject({ servers: [] })
    }
    const { code, stderr } = await run('by-external', 'plan', '-var', 'talos_version=v1.11.1')
    expect(code).toBe(1)
    expect(stderr).toContain('build it: `talos-image build worker --arch x86 --var talos_version=v1.11.1')
  })
})
