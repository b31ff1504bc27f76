import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const FOLDER = new URL('../../', import.meta.url)

it('the example of the README runs', async () => {
  const examples = [...(await readFile(new URL('README.md', FOLDER), 'utf8')).matchAll(/^```js\n(.*?)^```$/gms)]
  expect(examples).toHaveLength(1)
  const node = ['--input-type=module', '--eval', examples[0]?.[1] ?? '']
  // Against the built package, as a reader would.
  const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: FOLDER })
  expect(stdout).toContain('the second try makes the server')
})
