/** Disks that do not start servers of Hetzner Cloud, however well they are written: told before anything is paid for. */

import { type Customization, parseSchematic, type Schematic } from 'talos-schematic'
import type { Architecture } from '../domain.ts'
import type { Origin, Problem } from '../errors.ts'
import type { ImageRequest, SchematicFile } from './request.ts'
import { isAtLeast } from './version.ts'

const NO_SECURE_BOOT = 'secure boot, which servers of Hetzner Cloud do not have'

interface Disk {
  readonly schematic: Schematic
  readonly customization: Customization
  readonly architecture: Architecture
  readonly talosVersion: string
}

interface SchematicRule {
  /** Of which one is set; the first of them that is gives the place. */
  readonly fields: readonly string[]
  readonly applies: (disk: Disk) => boolean
  readonly message: (disk: Disk) => string
  readonly hint: string
}

/** The Factory makes what a schematic says. Source: siderolabs/talos, pkg/machinery/imager (2026); x86 servers boot with BIOS. */
const SCHEMATIC_RULES: readonly SchematicRule[] = [
  {
    fields: ['customization.bootloader'],
    applies: ({ customization: { bootloader }, architecture }) => bootloader === 'sd-boot' && architecture === 'x86',
    message: () => 'x86 servers boot with BIOS, and sd-boot is for UEFI alone: the x86 disk will not boot',
    hint: 'leave "bootloader" out, or write dual-boot or grub',
  },
  {
    fields: ['customization.diskImage.sectorSize'],
    applies: ({ customization: { diskImage } }) => diskImage.sectorSize !== 0 && diskImage.sectorSize !== 512,
    message: ({ customization: { diskImage } }) =>
      `it makes a disk with sectors of ${diskImage.sectorSize} bytes, but those of Hetzner Cloud have 512: it will not boot`,
    hint: 'leave "diskImage" out',
  },
  {
    fields: ['customization.secureboot.enrollKeys', 'customization.secureboot.includeWellKnownCertificates'],
    applies: ({ customization: { secureboot } }) =>
      secureboot.enrollKeys !== '' || secureboot.includeWellKnownCertificates,
    message: () => `it is about ${NO_SECURE_BOOT}: a disk for it will not boot`,
    hint: 'leave "secureboot" out',
  },
  {
    fields: ['overlay.image', 'overlay.name', 'overlay.options'],
    applies: ({ schematic: { overlay } }) => overlay.image !== '' || overlay.name !== '' || overlay.options.length > 0,
    message: () => 'it makes a disk with an overlay, which is for single-board computers: it will not boot',
    hint: 'leave "overlay" out',
  },
  {
    fields: ['customization.embeddedMachineConfiguration'],
    applies: ({ customization: { embeddedMachineConfiguration }, talosVersion }) =>
      embeddedMachineConfiguration !== '' && !isAtLeast(talosVersion, '1.12.0'),
    message: ({ talosVersion }) =>
      `Talos ${talosVersion} does not support an embedded machine configuration, as 1.12 and newer do: it will not boot`,
    hint: 'leave "embeddedMachineConfiguration" out, or build Talos 1.12 or newer',
  },
]

/** Platforms that Talos makes disks for, beside `hcloud` (siderolabs/talos, pkg/machinery/platforms). */
const OTHER_PLATFORMS =
  /^(akamai|aws|azure|cloudstack|digital-ocean|equinixMetal|exoscale|gcp|metal|nocloud|opennebula|openstack|oracle|scaleway|upcloud|vmware|vultr)-(?:arm64|amd64)/

interface NameRule {
  /** What part of a file's name is wrong. */
  readonly part: RegExp
  readonly message: (part: string) => string
  readonly hint: (name: string, part: string) => string
}

const NAME_RULES: readonly NameRule[] = [
  {
    part: OTHER_PLATFORMS,
    message: (platform) => `is a disk for the platform ${platform}: Talos would not know that it runs at Hetzner Cloud`,
    hint: (name, platform) => `take the disk for hcloud: ${name.replace(platform, 'hcloud')}`,
  },
  {
    part: /(-secureboot)\b/,
    message: () => `is a disk for ${NO_SECURE_BOOT}: it will not boot`,
    hint: (name, part) => `take the other one: ${name.replace(part, '')}`,
  },
]

/** Warnings for schematics that make such a disk, at the field's place, and for URLs and files that are named like one. */
export function findUnbootable(images: readonly ImageRequest[], talosVersion: string): Problem[] {
  return images.flatMap((image) => {
    const { choice } = image
    if (choice.kind === 'schematic') {
      return choice.schematic === undefined
        ? []
        : findUnbootableSchematic(choice.schematic, image.architecture, talosVersion)
    }
    if (choice.kind === 'file') return findInName('--image-file', choice.path, choice.at)
    if (choice.kind !== 'url') return []
    const { at, schematic, url, variable = 'the image URL of the template' } = choice
    const breaks =
      schematic === undefined
        ? []
        : findBreaks(parseSchematic(schematic, variable).schematic, image.architecture, talosVersion)
    return [
      ...findInName(variable, url, at),
      ...breaks.map(({ message }): Problem => {
        const hint = 'make another choice on the page of the Factory'
        return { code: 'schematic', message: `the page that ${variable} names: ${message}`, at, hint }
      }),
    ]
  })
}

/** Warnings for a schematic that makes such a disk. */
export function findUnbootableSchematic(
  { file, parsed: { schematic, positions } }: SchematicFile,
  architecture: Architecture,
  talosVersion: string,
): Problem[] {
  return findBreaks(schematic, architecture, talosVersion).map(({ fields, message, hint }): Problem => {
    const position = fields.map((field) => positions.get(field)).find((one) => one !== undefined)
    return { code: 'schematic', message, at: { kind: 'file', file, ...position }, hint }
  })
}

/** The rules that a schematic breaks. */
function findBreaks(schematic: Schematic, architecture: Architecture, talosVersion: string) {
  const disk = { schematic, customization: schematic.customization, architecture, talosVersion }
  return SCHEMATIC_RULES.filter(({ applies }) => applies(disk)).map((rule) => ({
    ...rule,
    message: rule.message(disk),
  }))
}

/** @param path of a URL or a file */
function findInName(what: string, path: string, at: Origin): Problem[] {
  const name =
    path
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) ?? ''
  return NAME_RULES.flatMap(({ part, message, hint }): Problem[] => {
    const [, found] = part.exec(name) ?? []
    return found === undefined
      ? []
      : [{ code: 'config', message: `${what} ${message(found)}`, at, hint: hint(name, found) }]
  })
}
