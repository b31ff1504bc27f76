/** Which builds of a template are wanted, as `-only` and `-except` of Packer say it. */

import { toGlob } from '../../util/glob.ts'

export interface Selection {
  /** Patterns of names such as `hcloud.talos-arm`; none: all. */
  readonly only: readonly string[]
  readonly except: readonly string[]
}

/** Everything is wanted. */
export const EVERYTHING: Selection = { only: [], except: [] }

/** @param name of a build: `source-type.source-name`, with the name of its block in front where that has one */
export function isChosen({ only, except }: Selection, name: string): boolean {
  const matches = (pattern: string): boolean => toGlob(pattern).test(name)
  return (only.length === 0 || only.some(matches)) && !except.some(matches)
}

/** The name by which a source in a build block is chosen. @param build the block's name; empty where it has none */
export function toBuildName(build: string, type: string, name: string): string {
  return [...(build === '' ? [] : [build]), type, name].join('.')
}
