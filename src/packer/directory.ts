/** The directory that Packer is given: the user's own, or a copy where something has to be changed for it. */

import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import * as v from 'valibot'
import { directoryOf, isTemplateFile } from '../config/find-files.ts'
import { type HclBlock, scanHcl } from '../config/hcl/scan.ts'

export interface Changes {
  /** For Packers that know Hetzner Cloud without a plugin, and cannot read the block that asks for one. */
  readonly withoutPlugins: boolean
  /** The port of the servers' SSH; undefined: what the template says. */
  readonly sshPort: number | undefined
}

export interface WorkingDirectory extends AsyncDisposable {
  readonly template: string
  /** Where Packer may put what it wants to keep while it runs. */
  readonly scratch: string
}

/**
 * Opens it. A copy holds links to everything that is not changed; it goes with what comes back.
 * @param path a directory, or the one template of it that is meant
 */
export async function openDirectory(path: string, changes: Changes): Promise<WorkingDirectory> {
  const scratch = await mkdtemp(join(tmpdir(), 'talos-image-packer-'))
  const close = (): Promise<void> => rm(scratch, { recursive: true, force: true })
  if (!changes.withoutPlugins && changes.sshPort === undefined)
    return { template: isTemplateFile(path) ? basename(path) : '.', scratch, [Symbol.asyncDispose]: close }
  try {
    const directory = directoryOf(path)
    const copy = await mkdtemp(join(scratch, 'template-'))
    for (const name of await readdir(directory)) {
      const original = resolve(directory, name)
      const isText = /\.pkr\.(?:hcl|json)$/.test(name) && (await stat(original)).isFile()
      const text = isText ? await readFile(original, 'utf8') : undefined
      const edit = name.endsWith('.json') ? editJsonTemplate : editTemplate
      const edited = text === undefined ? undefined : edit(text, changes)
      if (edited === undefined || edited === text) await symlink(original, join(copy, name))
      else await writeFile(join(copy, name), edited)
    }
    const template = isTemplateFile(path) ? join(copy, basename(path)) : copy
    return { template, scratch, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The changed text of a valid `*.pkr.hcl`. */
export function editTemplate(text: string, changes: Changes): string {
  const blocks = scanHcl(text).filter((item) => item.kind === 'block')
  const edits = blocks.flatMap((block) => [
    ...(changes.withoutPlugins && block.type === 'packer' ? removePlugins(block) : []),
    ...(changes.sshPort !== undefined && isHetznerSource(block) ? setPort(block, changes.sshPort) : []),
  ])
  // From the end to the beginning, so that the places of those that are left stay true.
  return edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((done, { from, to, insert }) => done.slice(0, from) + insert + done.slice(to), text)
}

interface Edit {
  readonly from: number
  readonly to: number
  readonly insert: string
}

const isHetznerSource = ({ type, labels }: HclBlock): boolean => type === 'source' && labels[0] === 'hcloud'

function removePlugins({ items }: HclBlock): Edit[] {
  return items.flatMap((item) =>
    item.kind === 'block' && item.type === 'required_plugins'
      ? [{ from: item.offset, to: item.endOffset, insert: '' }]
      : [],
  )
}

function setPort({ items, bodyOffset }: HclBlock, port: number): Edit[] {
  const given = items.find((item) => item.kind === 'argument' && item.name === 'ssh_port')
  if (given?.kind !== 'argument') return [{ from: bodyOffset, to: bodyOffset, insert: `\n  ssh_port = ${port}\n` }]
  const from = given.expressionOffset
  return [{ from, to: from + given.expression.length, insert: String(port) }]
}

const JsonTemplate = v.looseObject({
  packer: v.optional(v.looseObject({})),
  source: v.optional(v.looseObject({ hcloud: v.optional(v.record(v.string(), v.looseObject({}))) })),
})

/** The changed text of a `*.pkr.json`; one of another form stays as it is. */
export function editJsonTemplate(text: string, { withoutPlugins, sshPort }: Changes): string {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), JsonTemplate), text)
  if (!parsed.success) return text
  const { packer, source } = parsed.output
  if (withoutPlugins && packer !== undefined) delete packer.required_plugins
  for (const one of Object.values(source?.hcloud ?? {})) if (sshPort !== undefined) one.ssh_port = sshPort
  return JSON.stringify(parsed.output)
}
