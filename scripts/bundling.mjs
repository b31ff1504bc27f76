/** How everything here is bundled: for Node.js; as ES modules, but for the command. */

import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

/** A file of an installed package. */
const installed = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))

/** commander could start other programs as commands, of which there are none: loading what that takes costs 2 ms. */
const withoutChildProcess = {
  name: 'without-child-process',
  resolveId: (source, importer) =>
    source === 'node:child_process' && importer?.includes('/node_modules/commander/') ? '\0child-process' : null,
  load: (id) => (id === '\0child-process' ? 'module.exports = {}' : null),
}

/** @type {import('rolldown').InputOptions} */
export const BUNDLING = {
  platform: 'node',
  transform: { target: 'node20.19' },
  plugins: [withoutChildProcess],
  // These two bring native code and WebAssembly, and are installed beside the bundle.
  external: ['ssh2', '@cdktn/hcl2json'],
  resolve: {
    // Our own packages, as they stand in packages/.
    conditionNames: ['source', 'node', 'import', 'default'],
    // The same library as ES modules, of which only what is used is bundled: it starts 5 ms earlier.
    alias: { yaml: installed('yaml/browser/dist/index.js') },
  },
}

/** Bundles a program into one file. @param {URL} source @param {URL} file */
export async function bundleProgram(source, file) {
  const output = { file: fileURLToPath(file), codeSplitting: false }
  await build({ ...BUNDLING, input: fileURLToPath(source), output })
}

/** What a program needs before it knows what it is asked for, as one file. */
export function groupReachable(entry, name) {
  let start
  return {
    debugName: name,
    name(id, context) {
      start ??= reachable(entry, context)
      // The entry does something when it is loaded, so it shares no file.
      return start.has(id) && id !== entry ? name : null
    },
  }
}

/** The modules that one imports, itself among them. */
function reachable(from, context) {
  const found = new Set([from])
  for (const id of found) for (const next of context.getModuleInfo(id)?.importedIds ?? []) found.add(next)
  return found
}
