/** Writes the files of `init` into a folder: none over another one, unless that is asked for. */

import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Problem, TalosImageError } from '../../errors.ts'
import { errorCode } from '../../util/error-code.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { readTextFile } from '../../util/read-text.ts'
import { writeWhole } from '../../util/write-whole.ts'
import { notWritable } from '../write-file.ts'
import type { FileToWrite } from './files.ts'

/** A folder: where it is, and what it is called in messages. */
export interface Target {
  readonly path: string
  readonly shown: string
}

/**
 * What in the folder is in the way of files of these names, all of it.
 * @param options `force`: files of the same names are not; `adapts`: neither are they, nor other templates
 * @throws TalosImageError `usage` when it is not a folder, or cannot be read
 */
export async function findConflicts(
  target: Target,
  names: readonly string[],
  { force = false, adapts = false }: { readonly force?: boolean; readonly adapts?: boolean } = {},
): Promise<Problem[]> {
  const entries = await readdir(target.path, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    if (errorCode(error) === 'ENOTDIR') throw new TalosImageError(noFolder(target))
    throw notWritable(target.shown, undefined, error)
  })
  const problems: Problem[] = []
  const same = entries.filter((entry) => names.includes(entry.name) && ((!force && !adapts) || entry.isDirectory()))
  if (same.length > 0) problems.push(alreadyThere(target, same.map(({ name }) => name).sort(), force || adapts))
  const others = entries.filter(({ name }) => /\.pkr\.(hcl|json)$/.test(name) && !names.includes(name))
  if (others.length > 0 && !adapts) {
    const list = others.map(({ name }) => name).sort()
    problems.push({
      code: 'usage',
      message: `${target.shown} holds another template (${list.join(', ')}), and a build reads all templates of a folder`,
      hint: force ? 'name another folder' : 'adapt it with --adapt, which keeps what you wrote, or name another folder',
    })
  }
  return problems
}

/** Var files beside those names, which a build reads as well. */
export async function findOtherVarFiles({ path }: Target, names: readonly string[]): Promise<readonly string[]> {
  const found = await readdir(path)
  return found.filter((name) => /\.auto\.pkrvars\.(hcl|json)$/.test(name) && !names.includes(name)).sort()
}

/**
 * Writes all files; where one cannot be written, those that were new are removed.
 * @param force overwrites files of the same names, and what links of these names lead to
 * @throws TalosImageError `usage`
 */
export async function writeFiles(target: Target, files: readonly FileToWrite[], force: boolean): Promise<void> {
  const made: string[] = []
  try {
    const newFolder = await makeFolder(target.path)
    if (newFolder !== undefined) made.push(newFolder)
    for (const { name, text, before } of files) {
      const path = join(target.path, name)
      const isThere = await exists(path)
      if (before !== undefined && (await readTextFile(path)) !== before)
        throw new TalosImageError(changed(target, name))
      if (isThere && !force && before === undefined) throw new TalosImageError(alreadyThere(target, [name], force))
      await writeWhole(path, text)
      if (!isThere) made.push(path)
    }
  } catch (error) {
    for (const path of made.toReversed()) await rm(path, { recursive: true, force: true })
    if (error instanceof TalosImageError) throw error
    throw notWritable(target.shown, undefined, error)
  }
}

/** A link that leads nowhere is there, too. */
function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return false
      throw error
    },
  )
}

function changed({ shown }: Target, name: string): Problem {
  const message = `${shown}/${name} was changed meanwhile`
  return { code: 'usage', message, hint: 'run it again' }
}

function noFolder({ shown }: Target): Problem {
  const message = `${shown} is not a folder, or lies in something that is not a folder`
  return { code: 'usage', message, hint: 'name a folder, which may be new' }
}

function alreadyThere({ shown }: Target, names: readonly string[], force: boolean): Problem {
  const list = names.join(', ')
  return {
    code: 'usage',
    message: force ? `${shown} holds folders with the names of files: ${list}` : `${shown} already holds ${list}`,
    hint: force
      ? 'name another folder'
      : 'adapt them with --adapt, which keeps what you wrote; name another folder; or overwrite these files, and no others, with --force',
  }
}
