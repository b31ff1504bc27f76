/** How everything here is bundled: for Node.js, as ES modules. */

/** @type {import('esbuild').BuildOptions} */
export const BUNDLING = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // These two bring native code and WebAssembly, and are installed beside the bundle.
  external: ['ssh2', '@cdktn/hcl2json'],
  banner: {
    // Some dependencies are CommonJS and ask for Node's own modules with require.
    js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
  },
  logLevel: 'warning',
}
