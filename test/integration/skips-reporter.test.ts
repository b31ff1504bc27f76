/** The reporter that `.ci/run` uses, in runs of Vitest of its own. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type CommandResult, ROOT, runCommand } from '../support/command.ts'

const BUILT = join(ROOT, 'dist')
const TESTS = `import { test } from 'vitest'
test('runs', () => undefined)
test.skip('is skipped (skipped: there is no such program here)', () => undefined)
test('skips itself', ({ skip }) => skip('not today'))
`

/** Runs these tests with a list that allows these to be skipped. */
async function run(allowed: readonly string[]): Promise<CommandResult> {
  await mkdir(BUILT, { recursive: true })
  // Inside the project, where Vitest is found.
  const folder = await mkdtemp(join(BUILT, 'skips-'))
  try {
    await writeFile(join(folder, 'vitest.config.mjs'), 'export default {}')
    await writeFile(join(folder, 'a.test.mjs'), TESTS)
    const list = allowed.map((name) => ({ file: 'a.test.mjs', test: name, reason: 'it is a test' }))
    await writeFile(join(folder, 'list.json'), JSON.stringify(list))
    const reporter = join(ROOT, 'test/support/skips-reporter.ts')
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
    return await runCommand([vitest, 'run', '--root=.', `--reporter=${reporter}`], {
      cwd: folder,
      program: [process.execPath],
      env: { TALOS_IMAGE_ALLOWED_SKIPS: 'list.json' },
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('a run with a skip that is not on the list fails', async () => {
  const { code, stderr } = await run(['is skipped'])
  expect(stderr).toBe('error: a.test.mjs: skipped, and not on the list: skips itself\n')
  expect(code).toBe(1)
})

test('a run with an entry that nothing matches fails', async () => {
  const { code, stderr } = await run(['is skipped', 'skips itself', 'runs'])
  expect(stderr).toBe('error: a.test.mjs: on the list, and not skipped: runs\n')
  expect(code).toBe(1)
})

test('a run with a true list passes, and tells what was skipped', async () => {
  const { code, stdout, stderr } = await run(['is skipped', 'skips *'])
  expect(stderr).toBe('')
  expect(stdout).toContain('skipped: a.test.mjs: skips itself\n3 tests, 2 skipped\n')
  expect(code).toBe(0)
})
