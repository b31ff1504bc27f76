/** What `init` has written, and what to do next, for people. */

import { ARCHITECTURES } from '../../domain.ts'
import { quote } from '../../remote/quote.ts'
import { programName } from '../invocation.ts'
import { type Answers, shortName } from './answers.ts'
import { FILE_NAMES, type Shipped } from './files.ts'

/** @param shown the folder as messages call it */
export function formatWritten(shown: string, answers: Answers, shipped: Shipped): string {
  const extensionsOf = (name: string): readonly string[] => answers.extensions ?? shipped.extensions.get(name) ?? []
  const place = answers.location === undefined ? '' : `, built at ${answers.location}`
  const about = (name: string): string => {
    if (name.startsWith('talos')) return 'declares the variables; describes the same snapshots to Packer'
    if (name.startsWith('requirements')) return 'the plugin for Packer 1.7 or newer; remove it for an older one'
    if (name.startsWith('hcloud')) return `Talos ${answers.talosVersion}${place}`
    return extensionsOf(name).map(shortName).join(', ') || 'no extensions'
  }
  const width = Math.max(...FILE_NAMES.map((name) => name.length))
  const list = FILE_NAMES.map((name) => `  ${name.padEnd(width)}  ${about(name)}\n`).join('')
  const flags = flagsFor(shown, answers, extensionsOf('schematic.yaml').length > 0)
  return `Wrote to ${shown}:
${list}
Try it, without an account:  ${programName()} build${flags} --sandbox
See what it would make:      ${programName()} plan${flags}
Make it:                     ${programName()} build${flags}
`
}

/** What a build must be told: it looks into `_packer` by itself, and builds both architectures. */
function flagsFor(shown: string, { architectures }: Answers, hasExtensions: boolean): string {
  const where = ['.', '_packer'].includes(shown) ? '' : ` --directory ${quote(shown)}`
  const only = architectures.length === ARCHITECTURES.length ? '' : ` --arch ${architectures.join(' --arch ')}`
  const schematic = shown === '.' ? 'schematic.yaml' : `${shown}/schematic.yaml`
  return `${where}${only}${hasExtensions ? ` --schematic ${quote(schematic)}` : ''}`
}
