/** `talosimage_versions`: what the Image Factory has. */

import semver from 'semver'
import { TalosImageError } from '../../errors.ts'
import { resolveVersion } from '../../plan/version.ts'
import type { DataSourceDefinition } from '../definition.ts'
import { at, placed, wrong } from '../place.ts'
import { defineAttributes } from '../schema.ts'
import type { Session } from '../session.ts'

const MINOR = /^v\d+\.\d+$/

const attributes = defineAttributes({
  minor: { type: 'string', set: 'optional', description: 'Only those of a minor version, such as `v1.13`.' },
  prereleases: { type: 'bool', set: 'optional', description: 'Whether those before a release count, too.' },
  versions: { type: { list: 'string' }, set: 'computed', description: 'The Talos versions, newest first.' },
  latest: { type: 'string', set: 'computed', description: 'The newest one that is released.' },
})

export const versions: DataSourceDefinition<typeof attributes, Session> = {
  name: 'versions',
  description: 'The Talos versions that the Image Factory has.',
  attributes,
  async validate({ minor }) {
    if (typeof minor !== 'string' || MINOR.test(minor)) return []
    const number = /^\D*(\d+\.\d+)/.exec(minor)?.[1] ?? '1.13'
    return [
      wrong(['minor'], `"${minor}" is not a minor version`, `Write it like "v${number}", or leave it out for all.`),
    ]
  },
  read: ({ minor, prereleases, ...config }, { provider, signal }) =>
    placed(async () => {
      const { factory } = await provider.cloud()
      const all = await factory.versions(signal)
      const latest = resolveVersion({ value: minor ?? 'latest', origin: at('minor') }, all)
      if (typeof latest !== 'string') throw new TalosImageError(latest)
      const wanted = all.filter(
        (version) =>
          semver.valid(version) !== null &&
          (minor === null || version.startsWith(`${minor}.`)) &&
          (prereleases === true || semver.prerelease(version) === null),
      )
      return { state: { ...config, minor, prereleases, latest, versions: semver.rsort(wanted) } }
    }),
}
