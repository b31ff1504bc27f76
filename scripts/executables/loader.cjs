/**
 * The main script of an executable: it runs the programs that are embedded in it as assets, and loads of each only the parts
 * that are needed. Plain JavaScript, since nothing bundles it.
 *
 *   EXECUTABLE ...                          the command
 *   EXECUTABLE embedded:sandbox-owner ...   the program that runs a sandbox for several others
 *   EXECUTABLE embedded:eval CODE ...       what `node -e CODE ...` does, with the embedded modules
 *   node loader.cjs FOLDER --help           runs the command of that folder, and writes a code cache beside each part
 */

'use strict'

const sea = require('node:sea')
const { Script } = require('node:vm')

const PARAMETERS = 'exports, require, module, __filename, __dirname'

const folder = sea.isSea() ? undefined : process.argv.splice(2, 1)[0]
const assets = new Set(folder === undefined ? sea.getAssetKeys() : require('node:fs').readdirSync(folder))
const hasCaches = folder === undefined && assets.has('cli.js.cache')
const scripts = new Map()
const loaded = new Map()

if (folder !== undefined) process.on('exit', () => writeCaches())
if (process.argv[2] === 'embedded:sandbox-owner') load('sandbox-owner.js')
else if (process.argv[2] === 'embedded:eval') evaluate()
else load('cli.js')

function load(name) {
  let module = loaded.get(name)
  if (module === undefined) {
    module = { exports: {} }
    loaded.set(name, module)
    toScript(name).runInThisContext()(module.exports, requireEmbedded, module, `/embedded/${name}`, '/embedded')
  }
  return module.exports
}

function requireEmbedded(name) {
  if (name.startsWith('./')) return load(name.slice(2))
  // As scripts/executables/bundle.mjs names it.
  const file = `${name.replaceAll(/[@/]/g, '_')}.js`
  if (assets.has(file)) return load(file)
  // One for embedded modules, since there are no others.
  if (name === 'node:module') return { createRequire: () => requireEmbedded }
  return require(name)
}
requireEmbedded.resolve = (name) => name

function toScript(name) {
  const cachedData = hasCaches ? read(`${name}.cache`) : undefined
  // The parts are ASCII. What a cache belongs to has to be the same text each time.
  const source = `(function (${PARAMETERS}) {${read(name).latin1Slice()}\n})`
  const script = new Script(source, { filename: name, cachedData })
  scripts.set(name, script)
  return script
}

function read(name) {
  if (folder !== undefined) return require('node:fs').readFileSync(`${folder}/${name}`)
  return Buffer.from(sea.getRawAsset(name))
}

function evaluate() {
  const [, , code] = process.argv.splice(1, 3)
  new Function('require', code)(requireEmbedded)
}

/** What has run by now is in the cache of its part, too. */
function writeCaches() {
  const fs = require('node:fs')
  for (const name of fs.readdirSync(folder).filter((file) => file.endsWith('.js'))) {
    fs.writeFileSync(`${folder}/${name}.cache`, (scripts.get(name) ?? toScript(name)).createCachedData())
  }
}
