/** What a schematic is: the Image Factory's customization document, as plain data. */

/** A value of a free-form part, kept as the canonical text needs it. */
export type FreeValue =
  | FreeScalar
  | { readonly kind: 'list'; readonly items: readonly FreeValue[] }
  | { readonly kind: 'map'; readonly entries: readonly FreeEntry[] }

/** Text, or a token: null, a boolean, a number or a time in canonical spelling. */
export interface FreeScalar {
  readonly kind: 'text' | 'token'
  readonly text: string
}

/** One key of a free-form map with its value; the order of entries means nothing. */
export type FreeEntry = readonly [key: FreeValue, value: FreeValue]

/** Which boot loader a disk image gets; `none` leaves the choice to Talos, and is not written. */
export type Bootloader = 'none' | 'dual-boot' | 'sd-boot' | 'grub'

/** All the Factory's names of boot loaders (Talos's imager, 1.10 and newer). */
export const BOOTLOADERS: readonly Bootloader[] = ['none', 'dual-boot', 'sd-boot', 'grub']

/** What systemd-boot can do about Secure Boot keys at the first boot. */
export const ENROLL_MODES: readonly string[] = ['off', 'manual', 'if-safe', 'force']

/** What a single-board computer needs beside. */
export interface Overlay {
  readonly image: string
  readonly name: string
  readonly options: readonly FreeEntry[]
}

/** An entry of Talos's META partition. */
export interface MetaValue {
  /** 0 to 255 */
  readonly key: number
  readonly value: string
}

/** What a Talos image is to be like. */
export interface Customization {
  readonly embeddedMachineConfiguration: string
  readonly extraKernelArgs: readonly string[]
  readonly meta: readonly MetaValue[]
  readonly systemExtensions: { readonly officialExtensions: readonly string[] }
  readonly bootloader: Bootloader
  readonly secureboot: {
    /** `off`, `manual`, `if-safe` or `force`, as the user spelled it, or empty. */
    readonly enrollKeys: string
    readonly includeWellKnownCertificates: boolean
  }
  readonly diskImage: {
    /** Bytes; 0: not set */
    readonly sectorSize: number
  }
}

/**
 * A schematic with every field filled in. Empty text, empty lists, 0, false and `none` mean "not set",
 * as they do in the Factory, and are left out of the canonical text.
 */
export interface Schematic {
  readonly owner: string
  readonly overlay: Overlay
  readonly customization: Customization
}

/** The schematic that changes nothing. */
export const EMPTY_SCHEMATIC: Schematic = {
  owner: '',
  overlay: { image: '', name: '', options: [] },
  customization: {
    embeddedMachineConfiguration: '',
    extraKernelArgs: [],
    meta: [],
    systemExtensions: { officialExtensions: [] },
    bootloader: 'none',
    secureboot: { enrollKeys: '', includeWellKnownCertificates: false },
    diskImage: { sectorSize: 0 },
  },
}

/** Line and column, both counted from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A field that this version does not know, and whose name resembles no other: a newer Image Factory may know it. */
export interface UnknownField {
  /** Such as `customization.fancyNewThing`. */
  readonly path: string
  readonly value: FreeValue
  readonly at: Position
}

/** A schematic as read from a text, with what messages about it need. */
export interface ParsedSchematic {
  /** Without the unknown fields: where there are any, only the Image Factory knows the canonical text and the ID. */
  readonly schematic: Schematic
  readonly unknown: readonly UnknownField[]
  /** As it was read. */
  readonly text: string
  /** Where each value stands, by its path, such as `customization.systemExtensions.officialExtensions[0]`. */
  readonly positions: ReadonlyMap<string, Position>
}

/** The path in `positions` of the system extension with this index. */
export function extensionPath(index: number): string {
  return `customization.systemExtensions.officialExtensions[${index}]`
}
