/** The stand-in for Packer beside Packer itself, and called by Terraform as modules call Packer. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { type CommandResult, runCommand } from '../support/command.ts'
import {
  GENERIC,
  linkAsPacker,
  SELECTOR,
  toVars,
  VERSION,
  writeOneCluster,
  X86_TEMPLATE,
} from '../support/one-cluster.ts'
import { findProgram, missing, named } from '../support/programs.ts'
import { startSandboxCommand } from '../support/sandbox-command.ts'

const PATIENCE_MS = 120_000
const Images = v.object({ images: v.array(v.object({ id: v.number(), labels: v.record(v.string(), v.string()) })) })

/** A line about one build, which Packer indents or puts an arrow before, and what is removed when all are done. */
const PROGRESS = /^(?:ESC\[[01];\d\dm)?(?:TIME,,ui,\w+,)?(?:==>| {3}) (?:hcloud\.|Removed )/

/** What both must print: without times and IDs, what a build says while it goes on, and how a color is written. */
const comparable = ({ code, stdout }: CommandResult): unknown => ({
  code,
  lines: stdout
    .replaceAll('\u001b[1m\u001b[', 'ESC[1;')
    .replaceAll('\u001b', 'ESC')
    .replaceAll(/^\d{10},/gm, 'TIME,')
    .replaceAll(/\d+ (?:milli|micro)?seconds?(?: \d+ (?:milli|micro)seconds?)?/g, 'TIME')
    .replaceAll(/(ID: |,id,)\d+/g, '$1ID')
    .split('\n')
    .filter((line) => !PROGRESS.test(line)),
})

describe('side by side with Packer', () => {
  const why = missing('packer')
  const title = 'the same lines, rows and exit codes'
  it.skipIf(why !== undefined)(named(title, why), { timeout: 4 * PATIENCE_MS }, async () => {
    await using sandbox = await startSandboxCommand([], { TALOS_IMAGE_SANDBOX_IMAGE_MIB: '16' })
    const { workspace, env: printed, sshPort } = sandbox
    const cwd = await writeOneCluster(workspace, sshPort)
    const program = findProgram('packer') ?? ''
    const env = { ...printed, HOME: workspace.root, CHECKPOINT_DISABLE: '1' }
    const PATH = await linkAsPacker(workspace)
    const both = async (...args: string[]) => {
      const options = { cwd, timeoutMs: PATIENCE_MS }
      const theirs = await runCommand(args, { ...options, env, program: [program] })
      const ours = await runCommand(args, { ...options, env: { ...env, PATH }, program: ['packer'] })
      return { theirs, ours }
    }
    const vars = toVars(printed.TALOS_IMAGE_FACTORY_URL)
    for (const flags of [[], ['-machine-readable', '-force']]) {
      const { theirs, ours } = await both('build', ...flags, ...vars, X86_TEMPLATE)
      expect(theirs.code, theirs.stdout).toBe(0)
      expect(comparable(ours), ours.stderr).toEqual(comparable(theirs))
    }
    for (const args of [
      ...[[], ['nosuch'], ['build', 'a', 'b'], ['build', '-nosuch', X86_TEMPLATE]],
      ...[
        ['validate', X86_TEMPLATE],
        ['validate', ...vars, X86_TEMPLATE],
        ['validate', '-syntax-only', X86_TEMPLATE],
      ],
    ]) {
      const { theirs, ours } = await both(...args)
      expect(ours.code, `${args.join(' ')}\n${ours.stdout}${theirs.stdout}`).toBe(theirs.code)
    }
    const { theirs, ours } = await both('-machine-readable', 'version')
    const types = ({ stdout }: CommandResult): string[] =>
      stdout
        .replaceAll(/^\d+|\d+\.\d+\.\d+/gm, '')
        .split('\n')
        .slice(0, 4)
    expect(types(ours)).toEqual(types(theirs))
  })
})

/** A module as those are that run Packer from Terraform. */
const MODULE = (vars: readonly string[]): string => `
resource "terraform_data" "init" {
  provisioner "local-exec" {
    quiet       = true
    working_dir = "\${path.module}/packer"
    command     = "packer init -upgrade requirements.pkr.hcl"
  }
}

resource "terraform_data" "amd64_image" {
  depends_on = [terraform_data.init]

  provisioner "local-exec" {
    quiet       = true
    working_dir = "\${path.module}/packer"
    command     = <<-EOT
      packer build -force \\
        ${vars.map((word) => (word === '-var' ? word : `'${word}' \\\n       `)).join(' ')} ${X86_TEMPLATE}
    EOT
  }
}
`

describe('from Terraform', () => {
  const why = missing('terraform')
  const title = 'a module that runs Packer gets its image, which its selector finds'
  it.skipIf(why !== undefined)(named(title, why), { timeout: 2 * PATIENCE_MS }, async () => {
    await using sandbox = await startSandboxCommand([], { TALOS_IMAGE_SANDBOX_IMAGE_MIB: '16' })
    const { workspace, env: printed, sshPort, look } = sandbox
    await writeOneCluster(workspace)
    await workspace.write('main.tf', MODULE(toVars(printed.TALOS_IMAGE_FACTORY_URL)))
    const env = {
      ...printed,
      TALOS_IMAGE_SSH_PORT: String(sshPort),
      HOME: workspace.root,
      PATH: await linkAsPacker(workspace),
      CHECKPOINT_DISABLE: '1',
    }
    const terraform = (...args: string[]) =>
      runCommand([...args, '-no-color'], { cwd: workspace.root, program: ['terraform'], env, timeoutMs: PATIENCE_MS })
    for (const args of [['init'], ['apply', '-auto-approve']]) {
      const { code, stdout, stderr } = await terraform(...args)
      expect(code, stdout + stderr).toBe(0)
      if (args[0] === 'apply') expect(stdout).toContain('==> Builds finished. The artifacts of successful builds are:')
    }
    const { images } = v.parse(
      Images,
      await look(`/images?type=snapshot&label_selector=${encodeURIComponent(SELECTOR)}`),
    )
    expect(images.map(({ labels }) => labels)).toMatchObject([
      { os: 'talos', cluster: 'prod', talos_version: VERSION, talos_schematic_id: GENERIC.slice(0, 32) },
    ])
  })
})
