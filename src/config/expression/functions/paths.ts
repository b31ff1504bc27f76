/** Functions on paths, and on files of the template's directory. */

import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join, normalize, relative, resolve } from 'node:path'
import { toGlobSource } from '../../../util/glob.ts'
import { findHome } from '../../../util/home.ts'
import { compileRegularExpression } from '../../regular-expression.ts'
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
    const found = look(args, (path) => statSync(path, { throwIfNoEntry: false }))
    if (found !== undefined && !found.isFile()) return args.fail('this is not a file', 0)
    return toBoolValue(found !== undefined)
  }),
  fileset: takes(2, 2, (args): Value => {
    const pattern = args.text(1)
    const glob =
      pattern.length > MOST_PATTERN ? undefined : compileRegularExpression(`(?s)${toGlobSource(join(pattern), '/')}`)
    if (glob === undefined) return args.fail('this is not a pattern of file names', 1)
    const files = look(args, listFiles).filter((file) => glob.test(file))
    return { kind: 'list', items: files.sort().map(toStringValue) }
  }),
}

/** Longer is no pattern. */
const MOST_PATTERN = 1000

/** The files in a directory, and in those in it. */
function listFiles(directory: string): string[] {
  const isThere = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true
  const entries = isThere ? readdirSync(directory, { recursive: true, withFileTypes: true }) : []
  return entries.flatMap((entry) => (entry.isFile() ? relative(directory, join(entry.parentPath, entry.name)) : []))
}

function placeOf(args: Arguments): Place {
  return args.place ?? args.fail('files may not be read here')
}

/** Looks at the path that the first argument names. @throws EvaluationFailure when it, or where it leads, is outside of the directory */
function look<Found>(args: Arguments, work: (path: string) => Found): Found {
  const { directory } = placeOf(args)
  const given = args.text(0)
  const path = resolve(directory, expandHome(given))
  const isInside = (of: string, one: string): boolean => one === of || one.startsWith(`${of}/`)
  try {
    const real = statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : realpathSync(path)
    if (isInside(directory, path) && (real === undefined || isInside(realpathSync(directory), real))) return work(path)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    const why = { ENOENT: 'does not exist', EISDIR: 'is a directory' }[String(error.code)] ?? 'cannot be read'
    return args.fail(`"${given.replaceAll('\0', '')}" ${why}`, 0)
  }
  return args.fail(`only files in the directory of the template are read, and "${given}" is not in it`, 0)
}

function read(args: Arguments): Buffer {
  return look(args, (path) => {
    const found = statSync(path)
    if (!found.isDirectory() && !found.isFile()) return args.fail('this is not a file', 0)
    args.take(found.size)
    return readFileSync(path)
  })
}
