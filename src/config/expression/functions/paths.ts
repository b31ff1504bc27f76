/** Functions on paths, and on files of the template's directory. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, normalize, relative, resolve } from 'node:path'
import { toGlob } from '../../../util/glob.ts'
import { findHome } from '../../../util/home.ts'
import { toBoolValue, toStringValue, type Value } from '../../value.ts'
import { type Arguments, type FunctionEntry, type Place, takes } from './arguments.ts'

const ofText = (change: (text: string) => string): FunctionEntry =>
  takes(1, 1, (args) => toStringValue(change(args.text(0))))
const expandHome = (path: string): string => path.replace(/^~(?=\/|$)/, () => findHome() ?? '~')

export const PATH_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  basename: ofText((path) => (path === '' ? '.' : basename(path) || '/')),
  dirname: ofText((path) => normalize(path.slice(0, path.lastIndexOf('/') + 1) || '.').replace(/(?<=.)\/$/, '')),
  abspath: takes(1, 1, (args) => toStringValue(resolve(placeOf(args).cwd, args.text(0)))),
  pathexpand: ofText(expandHome),
  file: takes(1, 1, (args) => {
    const bytes = read(args)
    const text = bytes.toString()
    if (!Buffer.from(text).equals(bytes)) return args.fail('this file does not hold UTF-8', 0)
    return toStringValue(text)
  }),
  filebase64: takes(1, 1, (args) => toStringValue(read(args).toString('base64'))),
  fileexists: takes(1, 1, (args) => {
    const path = locate(args)
    const found = statSync(path, { throwIfNoEntry: false })
    if (found !== undefined && !found.isFile()) return args.fail('this is not a file', 0)
    return toBoolValue(found !== undefined)
  }),
  fileset: takes(2, 2, (args): Value => {
    const directory = locate(args)
    const pattern = toGlob(join(args.text(1)), '/')
    const isThere = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true
    const entries = isThere ? readdirSync(directory, { recursive: true, withFileTypes: true }) : []
    const files = entries.flatMap((entry) =>
      entry.isFile() ? relative(directory, join(entry.parentPath, entry.name)) : [],
    )
    return {
      kind: 'list',
      items: files
        .filter((file) => pattern.test(file))
        .sort()
        .map(toStringValue),
    }
  }),
}

function placeOf(args: Arguments): Place {
  return args.place ?? args.fail('files may not be read here')
}

/** The path that the first argument names. @throws EvaluationFailure when it is outside of the directory */
function locate(args: Arguments): string {
  const { directory } = placeOf(args)
  const path = resolve(directory, expandHome(args.text(0)))
  if (path !== directory && !path.startsWith(`${directory}/`)) {
    return args.fail(`only files in the directory of the template are read, and "${args.text(0)}" is not in it`, 0)
  }
  return path
}

function read(args: Arguments): Buffer {
  try {
    return readFileSync(locate(args))
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    const why = { ENOENT: 'does not exist', EISDIR: 'is a directory' }[String(error.code)] ?? 'cannot be read'
    return args.fail(`"${args.text(0)}" ${why}`, 0)
  }
}
