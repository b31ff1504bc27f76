import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { Budget } from '../../../../src/config/expression/budget.ts'
import { evaluateExpression } from '../../../../src/config/expression/evaluate.ts'
import type { Expression } from '../../../../src/config/expression/expression.ts'
import { toStringValue, type Value } from '../../../../src/config/value.ts'
import { tempDir } from '../../util/temp-dir.ts'

const origin = { kind: 'default' } as const

async function call(name: string, ...texts: readonly string[]): Promise<Value> {
  await using outside = await tempDir()
  const directory = `${outside.path}/template`
  await mkdir(directory)
  await writeFile(`${outside.path}/secret`, 'secret')
  await writeFile(`${directory}/own`, 'own')
  await symlink('../secret', `${directory}/link`)
  await symlink('..', `${directory}/folder`)
  await symlink('own', `${directory}/near`)
  await symlink('/dev/zero', `${directory}/zero`)
  const args = texts.map((text): Expression => ({ kind: 'literal', value: toStringValue(text), origin }))
  return evaluateExpression(
    { kind: 'call', name, args, spread: false, origin },
    {
      budget: new Budget(),
      place: { directory, cwd: directory },
      resolve: () => ({ value: toStringValue(''), used: 0 }),
    },
  )
}

it.each(['link', 'folder/secret', 'zero', '../secret'])('%s leads out of the directory', async (path) => {
  const message = `only files in the directory of the template are read, and "${path}" is not in it`
  await expect(call('file', path)).rejects.toThrow(message)
  await expect(call('filebase64', path)).rejects.toThrow(message)
  await expect(call('fileexists', path)).rejects.toThrow(message)
})

it('a link to a file beside it is read', async () => {
  expect(await call('file', 'near')).toEqual(toStringValue('own'))
  expect(await call('fileexists', 'nowhere')).toMatchObject({ text: 'false' })
})

it.each(['a'.repeat(2000), '[', '{a', '[z-a]'])('%s is a pattern of file names, or none', async (pattern) => {
  const found = await call('fileset', '.', pattern).catch((error: Error) => error.message)
  expect([{ kind: 'list', items: [] }, 'this is not a pattern of file names']).toContainEqual(found)
})
