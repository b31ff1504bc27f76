/** The directory that templates, var files and schematics are in. */

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The directory that Packer users have: this one when it holds a template, else `_packer` in it. */
export async function findDirectory(cwd: string): Promise<string | undefined> {
  const isTemplate = (name: string): boolean => name.endsWith('.pkr.hcl') || name.endsWith('.pkr.json')
  const here = await readdir(cwd).catch(() => [])
  if (here.some(isTemplate)) return cwd
  const below = join(cwd, '_packer')
  return existsSync(below) ? below : undefined
}
