/** How everything here is bundled: for Node.js, as ES modules. */

import { fileURLToPath } from 'node:url'

/** A file of an installed package. */
const installed = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))

/** @type {import('esbuild').BuildOptions} */
export const BUNDLING = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Our own packages, as they stand in packages/.
  conditions: ['source'],
  // These two bring native code and WebAssembly, and are installed beside the bundle.
  external: ['ssh2', '@cdktn/hcl2json'],
  // The same library as ES modules, of which only what is used is bundled: it starts 5 ms earlier.
  alias: { yaml: installed('yaml/browser/dist/index.js') },
  banner: {
    // Some dependencies are CommonJS and ask for Node's own modules with require.
    js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
  },
  logLevel: 'warning',
}
