/** `talos-image extensions [VERSION] [WORDS...]`: the official extensions of a Talos version. */

import { TalosImageError } from '../../errors.ts'
import type { ExtensionRecord } from '../../factory/client.ts'
import { resolveVersion } from '../../plan/version.ts'
import { didYouMean } from '../../util/near.ts'
import { printable } from '../../util/printable.ts'
import { defineCommand } from '../define-command.ts'
import { openFactory } from '../open-project.ts'
import { type Column, fitTable } from '../render/columns.ts'
import { cloudFlags } from '../shared-flags.ts'

const COLUMNS: readonly Column<ExtensionRecord>[] = [
  { heading: 'NAME', show: ({ name }) => name },
  // Some descriptions are whole pages.
  { heading: 'DESCRIPTION', show: ({ description }) => printable(description.replaceAll(/\s+/g, ' ').trim()) },
]

export const command = defineCommand({
  description: 'List the official extensions of a Talos version.',
  examples: ['talos-image extensions', 'talos-image extensions v1.13 iscsi'],
  parameters: {
    '[version]': { text: 'a Talos version, such as v1.13.9, v1.13 or latest', default: 'latest' },
    '[words...]': 'only those whose name or description holds these words',
    ...cloudFlags,
  },
  run: async (io, { version: value, words, ...flags }) => {
    await using opened = await openFactory(io, flags)
    const { factory } = opened
    const origin = { kind: 'flag', name: 'VERSION' } as const
    const version = resolveVersion({ value, origin }, await factory.versions(io.signal))
    if (typeof version !== 'string') throw new TalosImageError({ ...version, code: 'usage' })
    const all = await factory.describeExtensions(version, io.signal)
    const holds = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word.toLowerCase()))
    const extensions = all.filter(({ name, description }) => holds(`${name} ${description}`))
    if (extensions.length === 0) {
      // What comes before the slash is the same for all of them.
      const names = all.map(({ name }) => name.replace(/^.*\//, ''))
      const hint = didYouMean(words.join(' '), names) ?? 'see all of them: `talos-image extensions`'
      const message = `Talos ${version} has no official extension about "${words.join(' ')}"`
      throw new TalosImageError({ code: 'not-found', message, hint })
    }
    return { document: { talosVersion: version, extensions }, text: (width) => fitTable(COLUMNS, extensions, width) }
  },
})
