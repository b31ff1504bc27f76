/** One truth about templates: all of it counts, what cannot be honoured is an error, and no page says otherwise. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openShipped } from '../../../src/cli/init/files.ts'
import { formatWritten } from '../../../src/cli/init/format-written.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const page = (name: string): Promise<string> => readFile(join(ROOT, name), 'utf8')

/** What was true when a template only declared variables. */
const OLD_TRUTH =
  /only (?:the |its )?variables|declares the variables|not what `create\.sh`|describes? the same snapshots to packer/i

test('no page and no file of _packer says that only variables of a template count', async () => {
  const docs = (await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  const packer = (await readdir(join(ROOT, '_packer'))).map((name) => `_packer/${name}`)
  for (const name of ['README.md', ...docs, ...packer]) {
    expect((await page(name)).replaceAll(/\s+/g, ' '), name).not.toMatch(OLD_TRUTH)
  }
})

test('init does not say so either', async () => {
  const answers = { talosVersion: 'v1.13.9', extensions: [], architectures: ['arm'], location: undefined } as const
  const text = formatWritten('_packer', answers, await openShipped())
  expect(text).not.toMatch(OLD_TRUTH)
  expect(text).toMatch(/talos-hcloud\.pkr\.hcl +the template: what is built/)
})

test('the pages about templates point to the list of what counts', async () => {
  expect(await page('docs/configuration.md')).toMatch(/^## What of a template counts$/m)
  for (const [name, link] of [
    ['_packer/README.md', '../docs/configuration.md#what-of-a-template-counts'],
    ['docs/moving.md', 'configuration.md#what-of-a-template-counts'],
  ] as const) {
    expect((await page(name)).replaceAll(/\s+/g, ' '), name).toContain(link)
  }
})
