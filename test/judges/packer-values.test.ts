/** Packer itself, asked what expressions come to: the same list that the unit tests hold our own answers against. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { EXPRESSION_VARIABLES, EXPRESSIONS } from '../support/expressions.ts'
import { missing, named } from '../support/programs.ts'

const WHY_NOT = missing('packer')

it.skipIf(WHY_NOT !== undefined)(named('packer makes the same of every expression', WHY_NOT), async () => {
  const directory = await mkdtemp(join(tmpdir(), 'talos-image-packer-'))
  try {
    const locals = EXPRESSIONS.map(
      ([text], index) => `  x${index} = ${text}\n  y${index} = jsonencode(local.x${index})\n`,
    )
    await writeFile(join(directory, 't.pkr.hcl'), `${EXPRESSION_VARIABLES}locals {\n${locals.join('')}}\n`)
    const { code, stdout, stderr } = await runCommand(['inspect', directory], {
      cwd: directory,
      program: ['packer'],
      env: { HOME: directory, CHECKPOINT_DISABLE: '1' },
    })
    expect(code, stdout + stderr).toBe(0)
    const answers = EXPRESSIONS.map(([text], index) => {
      const [, quoted = ''] = new RegExp(`^local\\.y${index}: (".*")$`, 'm').exec(stdout) ?? []
      return [text, quoted === '' ? 'no answer' : JSON.parse(JSON.parse(quoted))]
    })
    expect(answers).toEqual(EXPRESSIONS)
  } finally {
    await rm(directory, { recursive: true })
  }
})
