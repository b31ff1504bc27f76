/** `talosimage_extensions`: the official extensions of a Talos version. */

import { TalosImageError } from '../../errors.ts'
import { resolveVersion } from '../../plan/version.ts'
import type { DataSourceDefinition } from '../definition.ts'
import { at, placed } from '../place.ts'
import { defineAttributes } from '../schema.ts'
import type { Session } from '../session.ts'
import { findVersionProblems } from './checks.ts'

const attributes = defineAttributes({
  talos_version: {
    type: 'string',
    set: 'optional',
    description: 'The Talos version, such as `v1.13.9` or `v1.13`; `latest` by default.',
  },
  version: { type: 'string', set: 'computed', description: 'The version that `talos_version` stands for.' },
  names: {
    type: { list: 'string' },
    set: 'computed',
    description: 'Their names, such as `siderolabs/iscsi-tools`, for `officialExtensions` of a schematic.',
  },
  descriptions: { type: { map: 'string' }, set: 'computed', description: 'What each is for, by its name.' },
})

export const extensions: DataSourceDefinition<typeof attributes, Session> = {
  name: 'extensions',
  description: 'The official system extensions that a Talos version has.',
  attributes,
  validate: async ({ talos_version: version }) => findVersionProblems(version, false),
  read: ({ talos_version, ...config }, { provider, signal }) =>
    placed(async () => {
      const { factory } = await provider.cloud()
      const wanted = { value: talos_version ?? 'latest', origin: at('talos_version') }
      const version = resolveVersion(wanted, await factory.versions(signal))
      if (typeof version !== 'string') throw new TalosImageError(version)
      const all = await factory.describeExtensions(version, signal)
      const descriptions = Object.fromEntries(all.map(({ name, description }) => [name, description]))
      return { state: { ...config, talos_version, version, names: all.map(({ name }) => name), descriptions } }
    }),
}
