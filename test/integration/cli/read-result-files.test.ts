import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readResultFiles } from '../../../src/cli/read-result-files.ts'
import { createWorkspace } from '../../support/workspace.ts'
import { testIo } from '../../unit/cli/fixture.ts'

test('a folder with more files than any plan has jobs is told once, and not read', async () => {
  await using workspace = await createWorkspace()
  await mkdir(join(workspace.root, 'many'))
  const write = (_: unknown, index: number) => writeFile(join(workspace.root, 'many', `${index}.json`), '{}')
  await Promise.all(Array.from({ length: 1001 }, write))
  const { problems } = await readResultFiles(testIo({ cwd: workspace.root }), ['many'])
  expect(problems.map(({ message }) => message)).toEqual([
    'this folder has 1001 files that could be results, and no more than 1000 are read',
  ])
})
