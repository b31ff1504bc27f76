/** The shell scripts of the project, held against ShellCheck. */

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ROOT, runCommand } from '../support/command.ts'
import { missing, named } from '../support/programs.ts'

const WHY_NOT = missing('shellcheck')

const { stdout } = await promisify(execFile)('git', ['ls-files', '-z', '--', ':!test/fixtures'], { cwd: ROOT })
const files = stdout.split('\0').filter((name) => name !== '' && !/\.\w+$/.test(name.replace(/\.sh$/, '')))
const scripts: string[] = []
for (const name of files) {
  if (/^#!.*\b(?:ba)?sh\n/.test(await readFile(`${ROOT}/${name}`, 'utf8'))) scripts.push(name)
}

test('are found', () => {
  expect(scripts).toEqual(expect.arrayContaining(['.ci/run', 'talos-image', 'scripts/installers/install.sh']))
})

test.skipIf(WHY_NOT !== undefined).each(scripts)(named('%s has no mistakes', WHY_NOT), async (script) => {
  const { code, stdout } = await runCommand([script], { program: ['shellcheck'], cwd: ROOT })
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
})
