/**
 * The canonical text of a schematic, and its ID.
 *
 * The Image Factory hashes what Go's yaml.v4 makes of its schematic type, so every quote and blank counts.
 * No YAML library for JavaScript writes that style, hence the writer of our own; it agrees with v4.0.0-rc.6.
 * Releases of yaml.v4 differ on the quotes around words like `yes` and `12:30`, and on some texts of several lines:
 * where a Factory answers with another ID than this one, the Factory is right.
 */

import { createHash } from 'node:crypto'
import { compareKeys } from './go-keys.ts'
import type { YamlRelease } from './go-string.ts'
import { writeDocument } from './go-writer.ts'
import type { Customization, FreeEntry, FreeValue, Overlay, Schematic } from './schema.ts'

/**
 * The text whose hash is the ID: what is not set is left out, save for `customization` itself.
 * @param release of Go's YAML library; that of the Image Factory 1.5 by default
 */
export function canonicalText(schematic: Schematic, release: YamlRelease = 'rc6'): string {
  const entries: readonly FreeEntry[] = [
    ...text('owner', schematic.owner),
    ...map('overlay', overlayEntries(schematic.overlay)),
    [toKey('customization'), { kind: 'map', entries: customizationEntries(schematic.customization) }],
  ]
  return writeDocument(entries, release)
}

/** The schematic ID: SHA-256 of the canonical text, 64 hexadecimal digits. */
export function schematicId(schematic: Schematic, release?: YamlRelease): string {
  return createHash('sha256').update(canonicalText(schematic, release)).digest('hex')
}

/** An overlay that is set at all always has its image and name, even when they are empty. */
function overlayEntries({ image, name, options }: Overlay): readonly FreeEntry[] {
  if (image === '' && name === '' && options.length === 0) return []
  return [[toKey('image'), toText(image)], [toKey('name'), toText(name)], ...map('options', sorted(options))]
}

function customizationEntries(customization: Customization): readonly FreeEntry[] {
  const { meta, systemExtensions, bootloader, secureboot, diskImage } = customization
  return [
    ...text('embeddedMachineConfiguration', customization.embeddedMachineConfiguration),
    ...list('extraKernelArgs', customization.extraKernelArgs.map(toText)),
    ...list(
      'meta',
      meta.map(
        ({ key, value }): FreeValue => ({
          kind: 'map',
          entries: [
            [toKey('key'), toToken(key)],
            [toKey('value'), toText(value)],
          ],
        }),
      ),
    ),
    ...map('systemExtensions', list('officialExtensions', systemExtensions.officialExtensions.map(toText))),
    ...text('bootloader', bootloader === 'none' ? '' : bootloader),
    ...map('secureboot', [
      ...text('enrollKeys', secureboot.enrollKeys),
      ...token('includeWellKnownCertificates', secureboot.includeWellKnownCertificates),
    ]),
    ...map('diskImage', token('sectorSize', diskImage.sectorSize)),
  ]
}

function sorted(entries: readonly FreeEntry[]): readonly FreeEntry[] {
  return entries.map(([key, value]): FreeEntry => [key, sortedValue(value)]).sort(([a], [b]) => compareKeys(a, b))
}

function sortedValue(value: FreeValue): FreeValue {
  if (value.kind === 'list') return { kind: 'list', items: value.items.map(sortedValue) }
  if (value.kind === 'map') return { kind: 'map', entries: sorted(value.entries) }
  return value
}

const toText = (value: string): FreeValue => ({ kind: 'text', text: value })
const toKey = toText
const toToken = (value: number | boolean): FreeValue => ({ kind: 'token', text: String(value) })

/** One entry, or none when the value is not set. */
function text(name: string, value: string): readonly FreeEntry[] {
  return value === '' ? [] : [[toKey(name), toText(value)]]
}

function token(name: string, value: number | boolean): readonly FreeEntry[] {
  return value ? [[toKey(name), toToken(value)]] : []
}

function list(name: string, items: readonly FreeValue[]): readonly FreeEntry[] {
  return items.length === 0 ? [] : [[toKey(name), { kind: 'list', items }]]
}

function map(name: string, entries: readonly FreeEntry[]): readonly FreeEntry[] {
  return entries.length === 0 ? [] : [[toKey(name), { kind: 'map', entries }]]
}
