/** What `init` is to write: from flags, from answers in a terminal, or by default. */

import type { Sourced } from '../../config/variables.ts'
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

/** Answers, and the version that the files of the folder come to; undefined: none of them sets it. */
export type PinnedAnswers = Answers & { readonly pinned: string | undefined }

/** The questions that flags leave open, as a user can be asked them. */
export interface Questions {
  /** @param versions in the order in which they are offered; @param preset where the list begins */
  talosVersion(versions: readonly string[], newest: string, preset: string): Promise<string>
  /** @param preset names that are chosen from the start */
  extensions(offered: readonly ExtensionRecord[], preset: readonly string[]): Promise<readonly string[]>
  architectures(preset: readonly Architecture[]): Promise<readonly Architecture[]>
  location(preset: string | undefined): Promise<string>
}

/** What stands in the files of the folder, and counts where neither a flag nor an answer says something else. */
export interface Kept {
  /** Only where a var file sets it. */
  readonly talosVersion: Sourced<string> | undefined
  readonly location: string | undefined
  readonly architectures: readonly Architecture[] | undefined
  /** Of generic images. */
  readonly extensions: readonly string[] | undefined
}

export interface AnswerSources {
  readonly factory: FactoryClient
  /** Every extension that the schematics name as this tool ships them. */
  readonly shipped: readonly string[]
  /** Those of them that every machine gets: what is chosen from the start. */
  readonly preset: readonly string[]
  /** undefined: it is a new folder. */
  readonly kept: Kept | undefined
  /** undefined: the user is not to be asked. */
  readonly questions: Questions | undefined
  readonly signal: AbortSignal
}

/**
 * Decides everything: a flag comes before an answer, an answer before a default.
 * @throws TalosImageError `usage` for a version or an extension that the Image Factory does not have
 */
export async function findAnswers(flags: AnswerFlags, sources: AnswerSources): Promise<PinnedAnswers> {
  const { factory, questions, kept, signal } = sources
  const wanted = flags.talosVersion === undefined ? undefined : readVersionFlag(flags.talosVersion)
  const versions = await factory.versions(signal)
  const newest = findVersion({ value: 'latest', origin: { kind: 'default' } }, versions)
  const pinned = kept?.talosVersion && findVersion(kept.talosVersion, versions)
  const talosVersion =
    wanted === undefined
      ? ((await questions?.talosVersion(sortVersions(versions), newest, pinned ?? newest)) ?? pinned ?? newest)
      : findVersion(wanted, versions)
  const extensions = await findExtensions(flags, talosVersion, sources)
  const before = kept?.architectures ?? ARCHITECTURES
  const architectures = flags.arch ?? (await questions?.architectures(before)) ?? before
  return {
    pinned,
    talosVersion,
    extensions,
    architectures: ARCHITECTURES.filter((one) => architectures.includes(one)),
    location: flags.location ?? (await questions?.location(kept?.location)),
  }
}

async function findExtensions(
  flags: AnswerFlags,
  talosVersion: string,
  { factory, shipped, preset, questions, kept, signal }: AnswerSources,
): Promise<readonly string[] | undefined> {
  if (!flags.extensions) return []
  const offered = await factory.describeExtensions(talosVersion, signal)
  const names = new Set(offered.map(({ name }) => name))
  if (flags.extension !== undefined) {
    const named = resolveExtensions(flags.extension, [...names], talosVersion)
    return [...new Set([...(kept?.extensions ?? []), ...named])]
  }
  // What is there stays, unless somebody says otherwise.
  if (kept !== undefined) return questions?.extensions(offered, kept.extensions ?? [])
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
