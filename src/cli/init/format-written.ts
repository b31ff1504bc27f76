/** What `init` has written, and what to do next, for people. */

import { SETTINGS_FILE } from '../../config/settings-file.ts'
import { quote } from '../../remote/quote.ts'
import { pasteable } from '../invocation.ts'
import type { Change } from './adapt.ts'
import { type Answers, shortName } from './answers.ts'
import { diffLines } from './diff.ts'
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
  return `Wrote to ${shown}:\n${list}\n${formatNext(shown)}`
}

/** What changes in which files, as a diff without what stays. */
export function formatChanges(shown: string, changes: readonly Change[]): string {
  if (changes.length === 0) return `Nothing in ${shown} has to change.\n`
  const files = changes.map(({ name, before, text }) => {
    const lines =
      before === undefined
        ? text
            .split('\n')
            .filter(isSaid)
            .map((line) => `+ ${line}`)
        : diffLines(before, text)
    const title = `${shown === '.' ? '' : `${shown}/`}${name}${before === undefined ? ' (new)' : ''}`
    return `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`
  })
  return files.join('\n')
}

/** Whether a line of a new file says more than its comments. */
const isSaid = (line: string): boolean => line.trim() !== '' && !line.startsWith('#')

/** The commands that come next. */
export function formatNext(shown: string): string {
  const flags = ['.', '_packer'].includes(shown) ? '' : ` --directory ${quote(shown)}`
  const toCommand = (words: string): string => pasteable(`talos-image ${words}`)
  const [tried, made] = [toCommand(`build${flags} --sandbox`), toCommand(`build${flags}`)]
  const steps = [
    ['Try it, without an account:', tried],
    ['See what it would make:', toCommand(`plan${flags}`)],
    // The same as the first one for an `init --sandbox`.
    ...(made === tried ? [] : [['Make it:', made]]),
  ]
  return steps.map(([what = '', command]) => `${what.padEnd(28)} ${command}\n`).join('')
}
