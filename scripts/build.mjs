/**
 * Bundles the command and the library into dist/, so that the command starts fast, and each package in packages/ into its own
 * dist/. With `--clean`, as for publishing, they hold nothing else then.
 */

import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { BUNDLING, groupReachable } from './bundling.mjs'

const DAY_MS = 24 * 3_600_000
const COMMAND = resolve('src/cli/main.ts')
const LIBRARY = resolve('src/index.ts')
/** The program that runs a sandbox for several others. */
const OWNER = resolve('packages/hcloud-sandbox/src/owner/process.ts')
/**
 * The command is scripts: as ES modules it would start 5 ms later. What it needs before it knows what it is asked for is one file
 * instead of twenty, each of which takes some 0.4 ms; the reading of schematics is one as well.
 */
const SCRIPTS = {
  format: 'cjs',
  dynamicImportInCjs: false,
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  codeSplitting: {
    groups: [
      groupReachable(COMMAND, 'start'),
      { debugName: 'schematics', name: (id) => (id.includes('/packages/talos-schematic/') ? 'talos-schematic' : null) },
    ],
  },
}

if (process.argv.includes('--clean')) {
  for (const folder of ['dist', 'packages/hcloud-sandbox/dist', 'packages/talos-schematic/dist']) {
    await rm(folder, { recursive: true, force: true })
  }
}
// What the command was called before it was a script.
await rm('dist/cli.js', { force: true })
await Promise.all([
  bundle('dist', { ...BUNDLING, input: { index: LIBRARY, 'sandbox-owner': OWNER } }),
  bundle('dist', { ...BUNDLING, input: { cli: COMMAND } }, SCRIPTS),
  bundlePackage('hcloud-sandbox', {
    cli: 'cli.ts',
    'sandbox-owner': 'owner/process.ts',
    index: 'index.ts',
    errors: 'errors.ts',
    command: 'command/flags.ts',
    home: 'home.ts',
    machines: 'machines/index.ts',
  }),
  bundlePackage('talos-schematic', { index: 'index.ts', errors: 'errors.ts' }),
])
await chmod('dist/cli.cjs', 0o755)
await chmod('packages/hcloud-sandbox/dist/cli.js', 0o755)

/** Bundles a package's own sources alone: what it depends on is installed beside it. */
function bundlePackage(name, sources) {
  const folder = `packages/${name}`
  const input = Object.fromEntries(Object.entries(sources).map(([to, from]) => [to, `${folder}/src/${from}`]))
  // What rolldown writes for `using` is part of the bundle, too.
  const external = (id) => !/^([./]|@oxc-project\/runtime\/)/.test(id)
  return bundle(`${folder}/dist`, { ...BUNDLING, resolve: {}, external, input })
}

async function bundle(dir, options, more = {}) {
  const bundled = await rolldown(options)
  const { output } = await bundled.write({
    dir,
    // Less to read at each start: 1 to 4 ms. Names stay, for the stack of a defect.
    minify: { mangle: { keepNames: true } },
    // What a command does not need is not even read: every `await import` becomes a file of its own.
    chunkFileNames: 'chunks/[name]-[hash].js',
    ...more,
  })
  await bundled.close()
  await mkdir(join(dir, 'chunks'), { recursive: true })
  const needed = new Set(output.map(({ fileName }) => fileName))
  // A command that runs right now may still load its own, older chunks, so only what is a day old goes.
  for (const name of await readdir(join(dir, 'chunks'))) {
    const path = join(dir, 'chunks', name)
    if (!needed.has(`chunks/${name}`) && Date.now() - (await stat(path)).mtimeMs > DAY_MS) await rm(path)
  }
}
