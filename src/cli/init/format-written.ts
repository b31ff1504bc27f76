/** What `init` has written, and what to do next, for people. */

import { SETTINGS_FILE } from '../../config/settings-file.ts'
import { quote } from '../../remote/quote.ts'
import { programName } from '../invocation.ts'
import { type Answers, shortName } from './answers.ts'
import { FILE_NAMES, type Shipped } from './files.ts'

/** @param shown the folder as messages call it */
export function formatWritten(shown: string, answers: Answers, shipped: Shipped): string {
  const extensionsOf = (name: string): readonly string[] => answers.extensions ?? shipped.extensions.get(name) ?? []
  const place = answers.location === undefined ? '' : `, built at ${answers.location}`
  const about = (name: string): string => {
    if (name === SETTINGS_FILE) return `${answers.architectures.join(' and ')}; generic images from schematic.yaml`
    if (name.startsWith('talos')) return 'the template: what is built; edit it as you would for Packer'
    if (name.startsWith('requirements')) return 'the plugin for Packer 1.7 or newer; remove it for an older one'
    if (name.startsWith('hcloud')) return `Talos ${answers.talosVersion}${place}`
    return extensionsOf(name).map(shortName).join(', ') || 'no extensions'
  }
  const width = Math.max(...FILE_NAMES.map((name) => name.length))
  const list = FILE_NAMES.map((name) => `  ${name.padEnd(width)}  ${about(name)}\n`).join('')
  const flags = ['.', '_packer'].includes(shown) ? '' : ` --directory ${quote(shown)}`
  return `Wrote to ${shown}:
${list}
Try it, without an account:  ${programName()} build${flags} --sandbox
See what it would make:      ${programName()} plan${flags}
Make it:                     ${programName()} build${flags}
`
}
