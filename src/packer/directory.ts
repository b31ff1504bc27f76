/** The directory that Packer is given: the user's own, or a copy where something has to be changed for it. */

import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Changes, editTemplate, isChanged } from './edit-template.ts'
import type { TemplateFile } from './template.ts'

/** The files of the template, by name. */
export async function readTemplateFiles(directory: string): Promise<TemplateFile[]> {
  const names = (await readdir(directory)).filter((name) => /\.pkr\.(?:hcl|json)$/.test(name)).toSorted()
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(directory, name), 'utf8') })))
}

export interface WorkingDirectory extends AsyncDisposable {
  /** What Packer is given. */
  readonly template: string
  /** Where Packer may put what it wants to keep while it runs. */
  readonly scratch: string
}

/** Opens it. A copy holds links to everything that is not changed; it goes with what comes back. */
export async function openDirectory(directory: string, changes: Changes): Promise<WorkingDirectory> {
  const scratch = await mkdtemp(join(tmpdir(), 'talos-image-packer-'))
  const close = (): Promise<void> => rm(scratch, { recursive: true, force: true })
  if (!isChanged(changes)) return { template: '.', scratch, [Symbol.asyncDispose]: close }
  try {
    const template = await mkdtemp(join(scratch, 'template-'))
    for (const name of await readdir(directory)) {
      const original = resolve(directory, name)
      const text = name.endsWith('.pkr.hcl') ? await readFile(original, 'utf8') : undefined
      const edited = text === undefined ? undefined : editTemplate(text, changes)
      if (edited === undefined || edited === text) await symlink(original, join(template, name))
      else await writeFile(join(template, name), edited)
    }
    return { template, scratch, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}
