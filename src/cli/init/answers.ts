/** What `init` is to write: from flags, from answers in a terminal, or by default. */

import { ARCHITECTURES, type Architecture } from '../../domain.ts'
import { type Problem, throwProblems } from '../../errors.ts'
import type { ExtensionRecord, FactoryClient } from '../../factory/client.ts'
import { didYouMean } from '../../util/near.ts'
import { findVersion, readVersionFlag, sortVersions } from '../talos-version.ts'
import type { InitFlags } from './parameters.ts'

/** The flags that answer a question. */
export type AnswerFlags = Pick<InitFlags, 'talosVersion' | 'extension' | 'extensions' | 'arch' | 'location'>

export interface Answers {
  readonly talosVersion: string
  /** Full names, for every machine; undefined: the schematics as this tool ships them. */
  readonly extensions: readonly string[] | undefined
  readonly architectures: readonly Architecture[]
  /** undefined: the template's default. */
  readonly location: string | undefined
}

/** The questions that flags leave open, as a user can be asked them. */
export interface Questions {
  /** @param versions in the order in which they are offered */
  talosVersion(versions: readonly string[], newest: string): Promise<string>
  /** @param preset names that are chosen from the start */
  extensions(offered: readonly ExtensionRecord[], preset: readonly string[]): Promise<readonly string[]>
  architectures(): Promise<readonly Architecture[]>
  location(): Promise<string>
}

export interface AnswerSources {
  readonly factory: FactoryClient
  /** Every extension that the schematics name as this tool ships them. */
  readonly shipped: readonly string[]
  /** Those of them that every machine gets: what is chosen from the start. */
  readonly preset: readonly string[]
  /** undefined: the user is not to be asked. */
  readonly questions: Questions | undefined
  readonly signal: AbortSignal
}

/**
 * Decides everything: a flag comes before an answer, an answer before a default.
 * @throws TalosImageError `usage` for a version or an extension that the Image Factory does not have
 */
export async function findAnswers(flags: AnswerFlags, sources: AnswerSources): Promise<Answers> {
  const { factory, questions, signal } = sources
  const wanted = flags.talosVersion === undefined ? undefined : readVersionFlag(flags.talosVersion)
  const versions = await factory.versions(signal)
  const newest = findVersion({ value: 'latest', origin: { kind: 'default' } }, versions)
  const talosVersion =
    wanted === undefined
      ? ((await questions?.talosVersion(sortVersions(versions), newest)) ?? newest)
      : findVersion(wanted, versions)
  const extensions = await findExtensions(flags, talosVersion, sources)
  const architectures = flags.arch ?? (await questions?.architectures()) ?? ARCHITECTURES
  return {
    talosVersion,
    extensions,
    architectures: ARCHITECTURES.filter((one) => architectures.includes(one)),
    location: flags.location ?? (await questions?.location()),
  }
}

async function findExtensions(
  flags: AnswerFlags,
  talosVersion: string,
  { factory, shipped, preset, questions, signal }: AnswerSources,
): Promise<readonly string[] | undefined> {
  if (!flags.extensions) return []
  const offered = await factory.describeExtensions(talosVersion, signal)
  const names = new Set(offered.map(({ name }) => name))
  if (flags.extension !== undefined) return resolveExtensions(flags.extension, [...names], talosVersion)
  const possible = preset.filter((name) => names.has(name))
  const chosen = (await questions?.extensions(offered, possible)) ?? possible
  const isUntouched = chosen.length === preset.length && preset.every((name) => chosen.includes(name))
  return isUntouched && shipped.every((name) => names.has(name)) ? undefined : chosen
}

/** Full names; what comes before the slash may be left out. */
function resolveExtensions(wanted: readonly string[], names: readonly string[], talosVersion: string): string[] {
  const problems: Problem[] = []
  const found = wanted.flatMap((text) => {
    const name = names.find((one) => one === text || shortName(one) === text)
    if (name !== undefined) return [name]
    problems.push({
      code: 'usage',
      message: `Talos ${talosVersion} has no system extension "${text}"`,
      at: { kind: 'flag', name: '--extension' },
      hint:
        didYouMean(shortName(text), names.map(shortName)) ??
        `see all of them: \`talos-image extensions ${talosVersion}\``,
    })
    return []
  })
  throwProblems(problems)
  return [...new Set(found)]
}

/** `iscsi-tools`, of `siderolabs/iscsi-tools`. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
