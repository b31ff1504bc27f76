/** `talos-image versions`: the Talos versions that the Image Factory has. */

import semver from 'semver'
import { defineCommand } from '../define-command.ts'
import { openFactory } from '../open-project.ts'
import { cloudFlags } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'List the Talos versions that the Image Factory has: the newest of each minor version.',
  examples: ['talos-image versions', 'talos-image versions --all --output json'],
  parameters: { ...cloudFlags, '--all': 'all of them, with those before a release' },
  run: async (io, { all, ...flags }) => {
    await using opened = await openFactory(io, flags)
    const known = (await opened.factory.versions(io.signal)).filter((version) => semver.valid(version) !== null)
    const sorted = semver.rsort([...known])
    const stable = sorted.filter((version) => semver.prerelease(version) === null)
    const newest = stable.filter(
      (version, index) => index === stable.findIndex((other) => minorOf(other) === minorOf(version)),
    )
    const versions = all === true ? sorted : newest
    return { document: { versions: versions.map((version) => ({ version })) }, text: `${versions.join('\n')}\n` }
  },
})

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')
