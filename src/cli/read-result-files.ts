/** The results that `merge-results` is given: files, logs, folders of them, and standard input. */

import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { displayName, readSourceFile, type SourceFile } from '../config/source-file.ts'
import type { Problem } from '../errors.ts'
import type { NamedResult } from '../report/merge-results.ts'
import { readResults } from '../report/read-results.ts'
import type { Io } from './io.ts'
import { readInput } from './read-input.ts'

const STDIN = { what: 'the results', mostBytes: 64 << 20, timeoutMs: 600_000 }

interface ReadResults {
  readonly given: readonly NamedResult[]
  /** What kept runs from having a result, each with its file. */
  readonly errors: readonly Problem[]
  /** What is wrong with the files. */
  readonly problems: readonly Problem[]
}

/** Reads all of them, each once. @param names as they were given */
export async function readResultFiles(io: Io, names: readonly string[]): Promise<ReadResults> {
  const given: NamedResult[] = []
  const errors: Problem[] = []
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const name of new Set(names)) {
    for (const file of await readFiles(io, name)) {
      if (!('message' in file) && seen.has(file.name)) continue
      if ('message' in file) {
        problems.push(file)
        continue
      }
      seen.add(file.name)
      const found = readResults(file.text)
      if (typeof found === 'string') problems.push(notResult(file, found))
      else {
        given.push(...found.results.map((result) => ({ file: file.name, result })))
        errors.push(...found.errors.map((error) => ({ ...error, message: `${file.name}: ${error.message}` })))
      }
    }
  }
  if (given.length === 0 && problems.length === 0) problems.push(...(errors.length > 0 ? errors : [NOTHING]))
  return { given, errors, problems }
}

const NOTHING: Problem = {
  code: 'usage',
  message: 'there is no result in any of the folders',
  hint: 'name the files that `talos-image build --manifest FILE` wrote',
}

/** More than any plan has jobs: a folder with more is another one than was meant. */
const MOST_FILES = 1000

const tooMany = (folder: string, count: number): Problem => ({
  code: 'usage',
  message: `this folder has ${count} files that could be results, and no more than ${MOST_FILES} are read`,
  at: { kind: 'file', file: folder },
  hint: 'name the folder that holds the results alone',
})

const notResult = ({ name }: SourceFile, what: string): Problem => ({
  code: 'usage',
  message: `this file ${what}`,
  at: { kind: 'file', file: name },
  hint: 'name what `talos-image build --manifest FILE` or `--output jsonl` wrote',
})

async function readFiles(io: Io, name: string): Promise<readonly (SourceFile | Problem)[]> {
  if (name === '-') return [{ name: 'standard input', text: await readInput(io, STDIN) }]
  const path = resolve(io.cwd, name)
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) return [await readSourceFile(path, displayName(path, io.cwd), { signal: io.signal })]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => !entry.isDirectory() && /\.(json|jsonl|log)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (paths.length > MOST_FILES) return [tooMany(displayName(path, io.cwd), paths.length)]
  return Promise.all(paths.map((full) => readSourceFile(full, displayName(full, io.cwd))))
}
