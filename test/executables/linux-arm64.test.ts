/** The executable for Linux on 64-bit ARM, on an emulated processor (qemu-user). */

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../support/command.ts'
import { type ArmNamespace, findProcesses, LINUX_ARM64, openArmNamespace } from '../support/executables.ts'
import { named } from '../support/programs.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const WHY_NOT = process.getuid?.() === 0 ? undefined : 'takes root'

describe.skipIf(WHY_NOT !== undefined)(named('on ARM', WHY_NOT), () => {
  let workspace: Workspace
  let arm: ArmNamespace

  beforeAll(async () => {
    workspace = await createWorkspace()
    arm = await openArmNamespace(join(workspace.root, 'binfmt'))
  })
  afterAll(async () => {
    await arm[Symbol.asyncDispose]()
    await workspace[Symbol.asyncDispose]()
  })

  test.each([
    ['version', ['--version'], /^\d+\.\d+\.\d+\n$/],
    ['schematic id', ['schematic', 'id', '_packer/schematic.yaml'], /^[0-9a-f]{64}\n$/],
    ['a plan in the sandbox', ['plan', '--sandbox', '--directory', '_packer'], /arm.*x86/s],
  ])('%s', async (_, args, text) => {
    const program = [...arm.program, LINUX_ARM64] as const
    const env = { ...workspace.sandboxEnv, ...arm.env }
    const { code, stdout, stderr } = await runCommand(args, {
      cwd: workspace.root,
      env,
      program: [program[0] ?? '', ...program.slice(1)],
      timeoutMs: 120_000,
    })
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(text)
    expect(await findProcesses(LINUX_ARM64)).toEqual([])
  })
})
