/** The files that `init` writes: as this tool ships them, with the answers in them. */

import { readFile } from 'node:fs/promises'
import { getAsset, isSea } from 'node:sea'
import { parseSchematic } from 'talos-schematic'
import { SETTINGS_FILE } from '../../config/settings-file.ts'
import { ARCHITECTURES, HCLOUD_TALOS_ROLES, schematicFileName } from '../../domain.ts'
import type { Answers } from './answers.ts'

export const TEMPLATE = 'talos-hcloud.pkr.hcl'
export const PLUGINS = 'requirements.pkr.hcl'
export const VAR_FILE = 'hcloud.auto.pkrvars.hcl'
/** The roles that the shipped directory has schematics for; undefined stands for generic images. */
const SHIPPED_ROLES = [undefined, ...HCLOUD_TALOS_ROLES]
export const SCHEMATICS = SHIPPED_ROLES.map(schematicFileName)

/** The names of all files that `init` writes, in the order in which it shows them. */
export const FILE_NAMES: readonly string[] = [TEMPLATE, PLUGINS, VAR_FILE, SETTINGS_FILE, ...SCHEMATICS]

export interface FileToWrite {
  readonly name: string
  readonly text: string
  /** What must be in it still, so that it may be changed; undefined: it is a new file. */
  readonly before?: string | undefined
}

/** The `_packer` directory that comes with this tool. */
export interface Shipped {
  /** The text of one of its files. */
  read(name: string): Promise<string>
  /** The extensions of each of its schematics, by the file's name. */
  readonly extensions: ReadonlyMap<string, readonly string[]>
}

/**
 * Opens the `_packer` directory of this package.
 * @throws Error when the package is not whole, which is a defect
 */
export async function openShipped(): Promise<Shipped> {
  const read = isSea() ? readEmbedded : await readFrom(new URL('..', import.meta.url))
  const extensions = new Map<string, readonly string[]>()
  for (const name of SCHEMATICS) extensions.set(name, extensionsOf(await read(name), name))
  return { read, extensions }
}

const readEmbedded = async (name: string): Promise<string> => getAsset(`_packer/${name}`, 'utf8')

async function readFrom(place: URL): Promise<Shipped['read']> {
  const folder = await findFolder(place)
  return (name) => readFile(new URL(name, folder), 'utf8')
}

/** Above the bundle in a package, above the sources in a test. */
async function findFolder(place: URL): Promise<URL> {
  const folder = new URL('_packer/', place)
  const isThere = await readFile(new URL(TEMPLATE, folder)).then(
    () => true,
    () => false,
  )
  if (isThere) return folder
  const above = new URL('..', place)
  if (above.href === place.href) throw new Error('this package lacks its directory _packer; install it again')
  return findFolder(above)
}

function extensionsOf(text: string, name: string): readonly string[] {
  return parseSchematic(text, name).schematic.customization.systemExtensions.officialExtensions
}

/** All files with their texts. */
export async function renderFiles(answers: Answers, { read }: Shipped): Promise<readonly FileToWrite[]> {
  const texts = FILE_NAMES.map(async (name): Promise<FileToWrite> => {
    if (name === VAR_FILE) return { name, text: renderVariables(answers, await read(`${VAR_FILE}.example`)) }
    if (name === SETTINGS_FILE) return { name, text: renderSettings(answers) }
    const heading = PURPOSES.get(name)
    if (heading === undefined || answers.extensions === undefined) return { name, text: await read(name) }
    return { name, text: renderSchematic(heading, answers.extensions, answers.talosVersion) }
  })
  return Promise.all(texts)
}

/** The example with the answers in it, so that its words stand in one place only. */
function renderVariables({ talosVersion, architectures, location }: Answers, example: string): string {
  const pinned = example
    .replace(/^# Copy this file to .* what you need\./, '# Written by `talos-image init`; change what you like.')
    .replaceAll(/\bv\d+\.\d+\.\d+\b/g, talosVersion)
    .replace(/^# (server_location = ").*"$/m, (line, start) => (location === undefined ? line : `${start}${location}"`))
  const [only, ...others] = architectures
  if (only === undefined || others.length > 0) return pinned
  const isUnused = (line: string): boolean =>
    line.startsWith('# ') && line.includes(only === 'arm' ? '_x86 =' : '_arm =')
  const lines = pinned.split('\n').filter((line) => !isUnused(line))
  return lines.join('\n')
}

/** How a settings file begins. */
export const SETTINGS_HEADING =
  '# What a build makes where no flag says something else. Written by `talos-image init`; change what you like.\n'

function renderSettings({ architectures }: Answers): string {
  const isAll = architectures.length === ARCHITECTURES.length
  return `${SETTINGS_HEADING}
# The schematic of generic images, with their system extensions; without this line they have none.
schematic: ${schematicFileName(undefined)}

# Which architectures; without this line both.
${isAll ? '# ' : ''}architectures: [${architectures.join(', ')}]
`
}

const PURPOSES: ReadonlyMap<string, string> = new Map(
  SHIPPED_ROLES.map((role) => [
    schematicFileName(role),
    role === undefined ? 'an image that every machine can use' : `machines of the role ${role}`,
  ]),
)

function renderSchematic(purpose: string, extensions: readonly string[], talosVersion: string): string {
  const heading = `# System extensions for ${purpose}; \`talos-image extensions ${talosVersion}\` lists what there is.\n`
  if (extensions.length === 0) return `${heading}customization: {}\n`
  const items = extensions.map((extension) => `      - ${extension}\n`).join('')
  return `${heading}customization:\n  systemExtensions:\n    officialExtensions:\n${items}`
}
