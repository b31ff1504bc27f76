/**
 * Holds action.yml, the workflows and the examples of them against what GitHub takes; `-- FILE...` looks at others. It is
 * bundled first, since a package that it is made of imports JSON in a way that Node.js 20 does not.
 */

import { readdir, readFile, rm } from 'node:fs/promises'
import { bundleProgram } from './bundling.mjs'

const bundle = new URL(`../dist/workflow-lint-${process.pid}.mjs`, import.meta.url)
const action = new URL('../action.yml', import.meta.url)

async function ownFiles() {
  const found = ['action.yml']
  for (const folder of ['.github/workflows', 'examples/github']) {
    const names = await readdir(new URL(`../${folder}`, import.meta.url))
    found.push(...names.filter((name) => /\.ya?ml$/.test(name)).map((name) => `${folder}/${name}`))
  }
  return found.map((path) => ({ path, file: new URL(`../${path}`, import.meta.url) }))
}

await bundleProgram(new URL('workflow-lint.ts', import.meta.url), bundle)
try {
  const { inputsOf, lintWorkflow } = await import(bundle.href)
  const inputs = inputsOf(await readFile(action, 'utf8'))
  const asked = process.argv.slice(2).map((path) => ({ path, file: path }))
  const files = asked.length > 0 ? asked : await ownFiles()
  for (const { path, file } of files) {
    for (const { line, column, message } of await lintWorkflow({ path, text: await readFile(file, 'utf8') }, inputs)) {
      process.stderr.write(`${path}:${line}:${column}: ${message}\n`)
      process.exitCode = 1
    }
  }
  if (process.exitCode === undefined) process.stdout.write(`Checked ${files.length} workflow files, all in order.\n`)
} finally {
  await rm(bundle, { force: true })
}
