/** The commands that a page tells its reader to type. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './command.ts'

/** @param page path in the repository @returns what its `sh` blocks hold, a command each, without comments */
export async function readShellBlocks(page: string): Promise<string[]> {
  const text = await readFile(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^```(?:sh|bash|shell|console)\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
    block
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) => line.replace(/(^|\s+)#\s.*$/, '').trim())
      .filter((line) => line !== ''),
  )
}
