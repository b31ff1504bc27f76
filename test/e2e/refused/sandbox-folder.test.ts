/** A folder in which a sandbox cannot keep its state. */

import { describe, it } from 'vitest'
import { runCommand } from '../../support/command.ts'
import { expectFailure } from '../../support/refusal.ts'
import { createWorkspace } from '../../support/workspace.ts'

describe('a sandbox', () => {
  it.each([
    [{ HOME: '/proc' }, 'a folder above it cannot be made'],
    [{ HOME: '/dev/null' }, 'something above it is no folder'],
    [{ TALOS_IMAGE_SANDBOX_STATE: '/dev/null' }, 'it is no folder'],
  ])('with %o says so', async (env, said) => {
    await using workspace = await createWorkspace()
    const result = await runCommand(['list', '--sandbox'], { cwd: workspace.root, env })
    expectFailure(1, result, said, 'TALOS_IMAGE_SANDBOX_STATE=DIR')
  })
})
