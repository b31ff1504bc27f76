import { mkdir, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { formatOrigin } from '../../../src/errors.ts'
import { type RoleSource, readRoleSchematics } from '../../../src/request/role-schematics.ts'
import { ProblemCollector } from '../../../src/util/problem-collector.ts'
import { tempDir } from '../util/temp-dir.ts'

/** What is read of a folder `_packer` with these files, and what is wrong. */
async function read(files: readonly string[], roles: RoleSource['roles'], directory: string | undefined = '_packer') {
  await using dir = await tempDir()
  await mkdir(dir.file('_packer'))
  for (const file of files) await writeFile(dir.file(`_packer/${file}`), 'customization: {}\n')
  const problems = new ProblemCollector()
  const schematics = await readRoleSchematics({ cwd: dir.path, directory, roles, howToName: '' }, problems)
  const said = problems.all.map(({ at, message, hint }) => `${formatOrigin(at)}: ${message}; ${hint}`)
  return { files: [...schematics].map(([role, { file }]) => `${role} ${file}`), said }
}

const FILES = ['schematic.yaml', 'schematic-worker.yaml', 'schematic-gpu.yaml', 'schematic-old.yaml.bak', 'notes.yaml']

test('a file makes a role', async () => {
  expect(await read(FILES, ['gpu'])).toEqual({ files: ['gpu _packer/schematic-gpu.yaml'], said: [] })
  const files = ['worker _packer/schematic-worker.yaml', 'gpu _packer/schematic-gpu.yaml']
  expect(await read(FILES, 'every')).toEqual({ files, said: [] })
  expect(await read([], [])).toEqual({ files: [], said: [] })
})

test.each<[string, readonly string[], RoleSource['roles'], string]>([
  [
    'without a file, with the near one',
    FILES,
    ['wroker'],
    '_packer/schematic-wroker.yaml: does not exist (role wroker); did you mean "worker"?',
  ],
  [
    'without a file, with those that are there',
    FILES,
    ['database'],
    '_packer/schematic-database.yaml: does not exist (role database); there are schematic-worker.yaml, schematic-gpu.yaml',
  ],
  [
    'where there are none',
    [],
    ['gpu'],
    '_packer/schematic-gpu.yaml: does not exist (role gpu); create the file, which makes the role; `customization: {}` is a schematic that changes nothing',
  ],
  [
    'that is an architecture',
    FILES,
    ['arm'],
    '_packer/schematic-arm.yaml: does not exist (role arm); it is an architecture: roles are named after their schematics',
  ],
  [
    'out of none',
    ['schematic.yaml'],
    'every',
    '_packer: there is no schematic-<role>.yaml, so there are no roles; write one for each role, such as schematic-worker.yaml',
  ],
  [
    'with a name that no label takes',
    ['schematic-worker.yaml', 'schematic-GPU.yaml'],
    'every',
    '_packer/schematic-GPU.yaml: its name holds no valid name of a role; rename it: a role has small letters, digits and dashes, at most 40, with a letter or a digit at both ends',
  ],
])('a role %s is refused', async (_, files, roles, text) => {
  expect((await read(files, roles)).said).toEqual([text])
})

test('without a directory there are no roles', async () => {
  const text =
    ': there is no schematic-<role>.yaml, since there is no directory to read it from; name it: --directory DIR'
  const problems = new ProblemCollector()
  await readRoleSchematics(
    { cwd: '/nowhere', directory: undefined, roles: 'every', howToName: '--directory DIR' },
    problems,
  )
  expect(problems.all.map(({ message, hint }) => `: ${message}; ${hint}`)).toEqual([text])
})
