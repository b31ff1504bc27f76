/** Which files a build reads its variables from, in which order. */

import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { Problem } from '../errors.ts'
import { errorCode } from '../util/error-code.ts'
import { displayName } from './source-file.ts'

/** Paths of one kind of file, in the order of reading. */
export interface PathsByFormat {
  readonly hcl: readonly string[]
  readonly json: readonly string[]
}

export interface FilesToRead {
  readonly templates: PathsByFormat
  readonly varFiles: PathsByFormat
  /** Whether the directory could be listed, so that these are all files. */
  readonly complete: boolean
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/** Whether a path names one template, which Packer then reads alone, rather than a directory of them. */
export const isTemplateFile = (path: string): boolean => /\.pkr\.(?:hcl|json)$/.test(path)

/** The directory of a template: what is named itself, or that of the file that is. */
export const directoryOf = (path: string): string => (isTemplateFile(path) ? dirname(path) : path)

/**
 * Finds the templates and the automatic var files of a directory (not of the directories in it), by name in the order of
 * their bytes, and puts the named var files after the automatic ones of their format. Of a template that is named itself,
 * neither the others nor the automatic var files are read. (Tried on Packer 1.6.6.)
 * @param directory a directory or a template; undefined for none; relative paths count from `cwd`
 */
export async function findFiles(
  directory: string | undefined,
  varFiles: readonly string[],
  cwd: string,
): Promise<FilesToRead> {
  const named = varFiles.map((path) => resolve(cwd, path))
  const found = await findIn(directory, named, cwd)
  return { ...found, warnings: [...found.warnings, ...(await findHere(directory, named, cwd))] }
}

async function findIn(directory: string | undefined, named: readonly string[], cwd: string): Promise<FilesToRead> {
  if (directory !== undefined && isTemplateFile(directory)) return findOne(resolve(cwd, directory), named, cwd)
  const found = directory === undefined ? [] : await listFiles(resolve(cwd, directory), cwd)
  const paths = Array.isArray(found) ? found : []
  const ending = (suffix: string) => paths.filter((path) => path.endsWith(suffix))
  const templates = { hcl: ending('.pkr.hcl'), json: ending('.pkr.json') }
  const isFile = !Array.isArray(found) && found.message.endsWith(IS_A_FILE)
  const unread = await findUnreadTemplates(isFile ? [resolve(cwd, directory ?? '.')] : paths, cwd)
  // Without another template it is the one that is meant.
  const isMeant = templates.hcl.length + templates.json.length === 0
  return {
    templates,
    varFiles: {
      hcl: [...ending('.auto.pkrvars.hcl'), ...byFormat(named).hcl],
      json: [...ending('.auto.pkrvars.json'), ...byFormat(named).json],
    },
    complete: Array.isArray(found),
    problems: [
      ...(Array.isArray(found) || (isFile && unread.length > 0) ? [] : [found]),
      ...findFormatProblems(named, cwd),
      ...(isMeant ? unread : []),
    ],
    warnings: [
      ...(isMeant ? [] : unread),
      ...(named.length > 0 ? [] : paths.filter(looksForgotten).map((path) => toForgottenWarning(path, cwd, ONLY_AUTO))),
    ],
  }
}

/** A template that is named itself. */
async function findOne(path: string, named: readonly string[], cwd: string): Promise<FilesToRead> {
  const listed = named.length > 0 ? [] : await listFiles(dirname(path), cwd)
  const unread = (Array.isArray(listed) ? listed : []).filter(isVarFile)
  return {
    templates: byFormat([path]),
    varFiles: byFormat(named),
    complete: true,
    problems: findFormatProblems(named, cwd),
    warnings: unread.map((file) => toForgottenWarning(file, cwd, `is not read: only ${basename(path)} is`)),
  }
}

/** Var files of the working directory, which do not count when another directory is read, or none. */
async function findHere(directory: string | undefined, named: readonly string[], cwd: string): Promise<Problem[]> {
  if (directory !== undefined && resolve(cwd, directoryOf(directory)) === resolve(cwd)) return []
  const listed = await listFiles(cwd, cwd)
  const unread = (Array.isArray(listed) ? listed : []).filter(
    (path) => isVarFile(path) && !named.includes(path) && (named.length === 0 || !looksForgotten(path)),
  )
  return unread.map((path) => {
    if (directory !== undefined) {
      const why = `is not read: only the files in ${displayName(resolve(cwd, directory), cwd)} are`
      return toForgottenWarning(path, cwd, why)
    }
    const { hint, ...problem } = toForgottenWarning(path, cwd, 'is not read: there is no template beside it')
    return looksForgotten(path) ? { ...problem, hint } : { ...problem, hint: 'to read it, give --directory .' }
  })
}

const byFormat = (paths: readonly string[]): PathsByFormat => ({
  hcl: paths.filter((path) => extname(path) === '.hcl'),
  json: paths.filter((path) => extname(path) === '.json'),
})

const IS_A_FILE = 'is a file'

async function listFiles(directory: string, cwd: string): Promise<string[] | Problem> {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)
    names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    return names.map((name) => join(directory, name))
  } catch (error) {
    const name = displayName(directory, cwd)
    const reason = { ENOENT: 'does not exist', ENOTDIR: IS_A_FILE }[errorCode(error) ?? ''] ?? 'cannot be read'
    return {
      code: 'config',
      message: `the directory "${name}" ${reason}`,
      at: { kind: 'file', file: name },
      hint:
        errorCode(error) === 'ENOTDIR'
          ? 'name a directory, or a template, which ends in .pkr.hcl or .pkr.json'
          : DIRECTORY_HINT,
    }
  }
}

/** What to do about a directory that is not there. */
export const DIRECTORY_HINT =
  'name the directory that holds talos-hcloud.pkr.hcl and the var files, or leave it out for the defaults'

/** Files that hold a template, and that Packer does not read for their names: what tells it, and what to do. */
const UNREAD = [
  {
    name: /(?<!\.(?:pkr|pkrvars))\.json$/,
    content: /"builders"\s*:/,
    why: "a template in Packer's legacy JSON, which is not read",
    toHint: (file: string) => `make a newer one of it with HashiCorp's Packer: packer hcl2_upgrade ${file}`,
  },
  {
    name: /(?<!\.(?:pkr|pkrvars))\.hcl$/,
    content: /^\s*source\s+"hcloud"/m,
    why: 'not read: templates are the files that end in .pkr.hcl or .pkr.json',
    toHint: (file: string) => `rename it: ${file.slice(0, -'.hcl'.length)}.pkr.hcl`,
  },
]

async function findUnreadTemplates(paths: readonly string[], cwd: string): Promise<Problem[]> {
  const found = paths.map(async (path): Promise<Problem[]> => {
    const kind = UNREAD.find(({ name }) => name.test(path))
    if (kind?.content.test(await readHead(path)) !== true) return []
    const name = displayName(path, cwd)
    const hint = kind.toHint(name)
    return [{ code: 'config', message: `"${name}" is ${kind.why}`, at: { kind: 'file', file: name }, hint }]
  })
  return (await Promise.all(found)).flat()
}

/** The first 64 KiB; nothing of what is not a file, or cannot be read. */
async function readHead(path: string): Promise<string> {
  try {
    if (!(await stat(path)).isFile()) return ''
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536), 0, 65_536, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    return ''
  }
}

function findFormatProblems(named: readonly string[], cwd: string): Problem[] {
  const unknown = named.filter((path) => extname(path) !== '.hcl' && extname(path) !== '.json')
  return unknown.map((path) => {
    const name = displayName(path, cwd)
    return {
      code: 'config',
      message: `the name of the var file "${name}" does not tell its format`,
      at: { kind: 'file', file: name },
      hint: 'the name must end in .hcl or .json',
    }
  })
}

const isVarFile = (path: string): boolean => /\.pkrvars\.(hcl|json)$/.test(path)

/** A var file that is not read: it is neither named nor called `*.auto.pkrvars.*`. */
const looksForgotten = (path: string): boolean => isVarFile(path) && !/\.auto\.pkrvars\.(hcl|json)$/.test(path)

const ONLY_AUTO = 'is not read: only *.auto.pkrvars.hcl and *.auto.pkrvars.json are read without being asked for'

/** @param why what is read instead */
function toForgottenWarning(path: string, cwd: string, why: string): Problem {
  const name = displayName(path, cwd)
  return {
    code: 'config',
    message: `"${name}" ${why}`,
    at: { kind: 'file', file: name },
    hint: why === ONLY_AUTO ? `rename it, or give -var-file ${name}` : `give -var-file ${name}`,
  }
}
