/** docs/getting-started.md in a clone; in test/e2e/package.test.ts with the installed package, in a folder of one's own. */

import { chmod } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { COMMAND_LINE } from '../support/command.ts'
import { expectSuccess, followGettingStarted } from '../support/getting-started.ts'
import { createProject } from '../support/project.ts'
import { hasTerminal } from '../support/terminal.ts'
import { createWorkspace } from '../support/workspace.ts'

it.runIf(hasTerminal())('is followed in a clone, whose _packer is adapted', async () => {
  await using project = await createProject()
  await using workspace = await createWorkspace()
  await chmod(await workspace.write('talos-image', `#!/bin/sh\nexec ${COMMAND_LINE} "$@"\n`), 0o755)
  const env = { ...workspace.sandboxEnv, TALOS_IMAGE_SSH_PORT: String(project.sshPort), HOME: workspace.root }
  const result = await followGettingStarted({ cwd: workspace.root, env, project, adapts: true })
  await expectSuccess(result, project)
  expect(result.stdout).toContain('_packer/talos-image.yaml (new)')
})
