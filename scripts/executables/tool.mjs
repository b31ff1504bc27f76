/** The packages of tools/executables, which are installed when they are needed. */

import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const TOOL = resolve('tools/executables')
const changed = (name) => statSync(join(TOOL, name), { throwIfNoEntry: false })?.mtimeMs ?? 0

/** Loads one of the packages. */
export function toolOf(name) {
  install()
  return createRequire(join(TOOL, 'package.json'))(name)
}

/** Where a file of the packages is. */
export function fileOfTool(path) {
  install()
  return join(TOOL, 'node_modules', path)
}

/** Without the programs of Node.js, which are fetched as they are wanted. */
function install() {
  if (changed('node_modules/.package-lock.json') >= changed('package-lock.json')) return
  execFileSync('npm', ['ci', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: TOOL,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
