/**
 * Bundles the command and the library into dist/, so that the command starts fast, and each package in packages/ into its own
 * dist/. With `--clean`, as for publishing, dist/ holds nothing else then.
 */

import { chmod, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { BUNDLING } from './bundling.mjs'

const DAY_MS = 24 * 3_600_000

if (process.argv.includes('--clean')) await rm('dist', { recursive: true, force: true })
await Promise.all([
  bundle('dist', { ...BUNDLING, legalComments: 'linked' }, { cli: 'src/cli/main.ts', index: 'src/index.ts' }),
  bundlePackage('hcloud-sandbox', {
    cli: 'cli.ts',
    index: 'index.ts',
    errors: 'errors.ts',
    command: 'command/flags.ts',
    machines: 'machines/index.ts',
  }),
  bundlePackage('talos-schematic', { index: 'index.ts', errors: 'errors.ts' }),
])
await chmod('dist/cli.js', 0o755)
await chmod('packages/hcloud-sandbox/dist/cli.js', 0o755)

/** Bundles a package's own sources alone: what it depends on is installed beside it. */
function bundlePackage(name, sources) {
  const folder = `packages/${name}`
  const entryPoints = Object.fromEntries(Object.entries(sources).map(([to, from]) => [to, `${folder}/src/${from}`]))
  return bundle(`${folder}/dist`, { ...BUNDLING, alias: {}, packages: 'external' }, entryPoints)
}

async function bundle(outdir, options, entryPoints) {
  // What a command does not need is not even read: every `await import` becomes a file of its own.
  const splitting = { splitting: true, chunkNames: 'chunks/[name]-[hash]', metafile: true }
  const { metafile } = await build({ ...options, ...splitting, entryPoints, outdir })
  // A command that runs right now may still load its own, older chunks, so only what is a day old goes.
  for (const name of await readdir(join(outdir, 'chunks'))) {
    const path = join(outdir, 'chunks', name)
    const needed = Object.hasOwn(metafile.outputs, path)
    if (!needed && Date.now() - (await stat(path)).mtimeMs > DAY_MS) await rm(path)
  }
}
