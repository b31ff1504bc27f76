/** What the documentation says of provisioners and their commands is what the code knows. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { HARMLESS } from '../../../src/config/shell/harmless.ts'
import { PROVISIONERS } from '../../../src/config/template/provisioner-keys.ts'

const page = readFileSync('docs/configuration.md', 'utf8')

test('the commands without effect are those of the table in the code', () => {
  const rows = HARMLESS.map(({ programs, only, empties }) => {
    const when = empties === true ? '; before the image is written' : ''
    return `| \`${programs.join('`, `')}\` | ${only?.title ?? 'any'}${when} |`
  })
  const [, table = ''] = page.split('| command | which arguments |\n|---|---|\n')
  expect(table.split('\n\n')[0]?.split('\n')).toEqual(rows)
})

test.each([...PROVISIONERS])('what is read of the provisioner %s is named', (type, { honoured }) => {
  const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(`\`provisioner "${type}"\``))
  expect(row).toBeDefined()
  const own = honoured.filter((name) => !['only', 'except'].includes(name))
  expect(own.filter((name) => !row?.includes(`\`${name}\``))).toEqual([])
})
