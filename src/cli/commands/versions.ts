/** `talos-image versions` and `talos-image extensions`: what the Image Factory has. */

import semver from 'semver'
import { TalosImageError } from '../../errors.ts'
import type { ExtensionRecord } from '../../factory/client.ts'
import { resolveVersion } from '../../plan/version.ts'
import { didYouMean } from '../../util/near.ts'
import { printable } from '../../util/printable.ts'
import { type CloudOptions, openFactory } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type OutputFlags, writeJson } from '../output.ts'
import { fitTable } from '../render/columns.ts'

export interface FactoryFlags extends Pick<CloudOptions, 'sandbox' | 'machines' | 'factoryUrl'>, OutputFlags {}

/** Lists the Talos versions that can be built, newest first: of each minor version the newest, or all of them. */
export async function runVersions(io: Io, flags: FactoryFlags & { readonly all?: boolean }): Promise<number> {
  await using opened = await openFactory(io, flags)
  const known = (await opened.factory.versions(io.signal)).filter((version) => semver.valid(version) !== null)
  const sorted = semver.rsort([...known])
  const stable = sorted.filter((version) => semver.prerelease(version) === null)
  const newest = stable.filter(
    (version, index) => index === stable.findIndex((other) => minorOf(other) === minorOf(version)),
  )
  const versions = flags.all === true ? sorted : newest
  if (flags.output === 'json') writeJson(io, { versions })
  else io.out(`${versions.join('\n')}\n`)
  return EXIT.success
}

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')

/** Lists the official extensions of a version whose names or descriptions hold all of the words. */
export async function runExtensions(
  io: Io,
  version: string,
  words: readonly string[],
  flags: FactoryFlags,
): Promise<number> {
  await using opened = await openFactory(io, flags)
  const { factory } = opened
  const origin = { kind: 'flag', name: 'VERSION' } as const
  const resolved = resolveVersion({ value: version, origin }, await factory.versions(io.signal))
  if (typeof resolved !== 'string') throw new TalosImageError({ ...resolved, code: 'usage' })
  const all = await factory.describeExtensions(resolved, io.signal)
  const holds = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word.toLowerCase()))
  const extensions = all.filter(({ name, description }) => holds(`${name} ${description}`))
  if (extensions.length === 0) {
    // What comes before the slash is the same for all of them.
    const names = all.map(({ name }) => name.replace(/^.*\//, ''))
    const hint = didYouMean(words.join(' '), names) ?? '`talos-image extensions` lists all of them'
    const message = `Talos ${resolved} has no official extension about "${words.join(' ')}"`
    throw new TalosImageError({ code: 'not-found', message, hint })
  }
  if (flags.output === 'json') writeJson(io, { version: resolved, extensions })
  else {
    const columns = [
      { heading: 'NAME', show: ({ name }: ExtensionRecord) => name },
      {
        heading: 'DESCRIPTION',
        // Some descriptions are whole pages.
        show: ({ description }: ExtensionRecord) => printable(description.replaceAll(/\s+/g, ' ').trim()),
      },
    ]
    io.out(fitTable(columns, extensions, io.outColumns()))
  }
  return EXIT.success
}
