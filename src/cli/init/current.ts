/** What stands in a folder already, so that `init` adapts it instead of writing over it. */

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSchematic } from 'talos-schematic'
import { loadVariables, readWrittenTemplate } from '../../config/load.ts'
import { readSettings, SETTINGS_FILE, type Settings } from '../../config/settings-file.ts'
import type { Sourced } from '../../config/variables.ts'
import { schematicFileName } from '../../domain.ts'
import { throwProblems, toTalosImageError } from '../../errors.ts'
import { readTextFile } from '../../util/read-text.ts'
import type { Kept } from './answers.ts'
import { FILE_NAMES } from './files.ts'
import type { Target } from './write-files.ts'

/** The variables that answers go into. */
export const ANSWERED = ['talos_version', 'server_location'] as const
export type Answered = (typeof ANSWERED)[number]

export interface Current {
  /** The files that may be changed, by name. */
  readonly texts: ReadonlyMap<string, string>
  readonly hasTemplate: boolean
  /** What each variable comes to by these files; undefined: the template does not declare it. */
  readonly variables: Readonly<Record<Answered, Sourced<string> | undefined>>
  readonly settings: Settings
  /** Of the generic schematic; undefined: there is none. */
  readonly extensions: readonly string[] | undefined
}

export const isVarFile = (name: string): boolean => /\.auto\.pkrvars\.(?:hcl|json)$/.test(name)
const isTemplate = (name: string): boolean => /\.pkr\.(?:hcl|json)$/.test(name)

/**
 * Reads the folder; undefined when nothing in it belongs to a build.
 * @throws ProblemsError `config`, `schematic` with everything that is wrong in it
 */
export async function readCurrent({ path, shown }: Target, cwd: string): Promise<Current | undefined> {
  const names = await readdir(path).catch((): string[] => [])
  const known = names.filter((name) => FILE_NAMES.includes(name) || isVarFile(name) || isTemplate(name))
  if (known.length === 0) return undefined
  const entries = known.map(async (name) => [name, await readTextFile(join(path, name))] as const)
  const texts = new Map(await Promise.all(entries))
  const nameOf = (name: string): string => (shown === '.' ? name : `${shown}/${name}`)
  const settings = readSettings({ name: nameOf(SETTINGS_FILE), text: texts.get(SETTINGS_FILE) ?? '' })
  throwProblems(settings.problems)
  const sources = { directory: path, varFiles: [], vars: [], env: {}, cwd }
  const { talosVersion, location } = await loadVariables(sources)
  const hasTemplate = known.some(isTemplate)
  const declared = hasTemplate ? (await readWrittenTemplate(sources))?.declared : undefined
  const declares = (name: Answered): boolean => declared === undefined || declared.has(name)
  return {
    texts,
    hasTemplate,
    variables: {
      talos_version: declares('talos_version') ? talosVersion : undefined,
      server_location: declares('server_location') ? location : undefined,
    },
    settings,
    extensions: extensionsIn(texts.get(schematicFileName()), nameOf(schematicFileName())),
  }
}

function extensionsIn(text: string | undefined, name: string): readonly string[] | undefined {
  if (text === undefined) return undefined
  try {
    return parseSchematic(text, name).schematic.customization.systemExtensions.officialExtensions
  } catch (error) {
    throw toTalosImageError(error)
  }
}

/** What of it counts where neither a flag nor an answer says something else. */
export function toKept({ variables, settings, extensions }: Current): Kept {
  const { talos_version: version, server_location: location } = variables
  const isPinned = version?.origin.kind === 'file' && isVarFile(version.origin.file)
  return {
    talosVersion: isPinned ? version : undefined,
    location: location?.value,
    architectures: settings.architectures,
    extensions,
  }
}
