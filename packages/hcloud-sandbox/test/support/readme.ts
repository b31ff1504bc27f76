/** Runs the examples of a package's README against the built package, as a reader would. */

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/**
 * @param folder of the package
 * @returns what each example has printed
 * @throws Error when one fails
 */
export async function runExamples(folder: URL): Promise<string[]> {
  const readme = await readFile(new URL('README.md', folder), 'utf8')
  const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code)
  return Promise.all(examples.map((code) => runModule(folder, code)))
}

function runModule(cwd: URL, code: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ['--input-type=module', '-'], { cwd }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`an example of the README failed:\n${stdout}${stderr}`, { cause: error }))
    })
    child.stdin?.end(code)
  })
}
