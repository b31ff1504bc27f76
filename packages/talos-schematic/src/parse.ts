/** Reads a schematic out of YAML or JSON. */

import type { Decoding, Field } from './decode.ts'
import { readFlag, readList, readText, readWhole, readWord } from './decode.ts'
import { SchematicError, type SchematicProblem } from './errors.ts'
import { readFields } from './fields.ts'
import { readOptions } from './options.ts'
import type {
  Bootloader,
  Customization,
  MetaValue,
  Overlay,
  ParsedSchematic,
  Position,
  UnknownField,
} from './schema.ts'
import { BOOTLOADERS, ENROLL_MODES } from './schema.ts'
import { readTree } from './tree.ts'
import { createReport } from './yaml-problem.ts'

/**
 * The schematic in a text, read by the Image Factory's rules (fields of docs/api.md of v1.5.0, parser go-yaml v4).
 * Stricter than the Factory in a few cases that it would accept without a word: a second document, and rare
 * line breaks. A text without a document (empty, or comments only) is refused, as the Factory does.
 * A field that is not known is a mistake when its name resembles one that is, or stands in another place; else it is kept
 * apart: a newer Factory may know it.
 * @param text YAML, or JSON, which is YAML
 * @param file its name, for messages
 * @throws SchematicError with everything that is wrong, each with line and column
 */
export function parseSchematic(text: string, file: string): ParsedSchematic {
  const problems: SchematicProblem[] = []
  const report = createReport(file, problems)
  const positions = new Map<string, Position>()
  const unknown: UnknownField[] = []
  const decoding = { report, positions, unknown }
  const field = readFields('', { node: readTree(text, report), path: '' }, decoding)
  const schematic = {
    owner: readText(field('owner'), decoding),
    overlay: readOverlay(field('overlay'), decoding),
    customization: readCustomization(field('customization'), decoding),
  }
  if (problems.length > 0) throw new SchematicError(problems.toSorted(byPosition))
  return { schematic, unknown, text, positions }
}

function readOverlay(overlay: Field, decoding: Decoding): Overlay {
  const field = readFields('overlay', overlay, decoding)
  return {
    image: readText(field('image'), decoding),
    name: readText(field('name'), decoding),
    options: readOptions(field('options'), decoding),
  }
}

function readCustomization(customization: Field, decoding: Decoding): Customization {
  const field = readFields('customization', customization, decoding)
  const extensions = readFields('customization.systemExtensions', field('systemExtensions'), decoding)
  const secureboot = readFields('customization.secureboot', field('secureboot'), decoding)
  const diskImage = readFields('customization.diskImage', field('diskImage'), decoding)
  const readTexts = (list: Field): string[] => readList(list, decoding, (item) => readText(item, decoding))
  return {
    embeddedMachineConfiguration: readText(field('embeddedMachineConfiguration'), decoding),
    extraKernelArgs: readTexts(field('extraKernelArgs')),
    meta: readList(field('meta'), decoding, (item) => readMeta(item, decoding)),
    systemExtensions: { officialExtensions: readTexts(extensions('officialExtensions')) },
    bootloader: readBootloader(field('bootloader'), decoding),
    secureboot: {
      enrollKeys: readWord(secureboot('enrollKeys'), ENROLL_MODES, decoding),
      includeWellKnownCertificates: readFlag(secureboot('includeWellKnownCertificates'), decoding),
    },
    diskImage: { sectorSize: readWhole(diskImage('sectorSize'), Number.MAX_SAFE_INTEGER, decoding) },
  }
}

function readMeta(meta: Field, decoding: Decoding): MetaValue {
  const field = readFields('customization.meta', meta, decoding)
  return { key: readWhole(field('key'), 255, decoding), value: readText(field('value'), decoding) }
}

/** The Factory's documents say `auto` where its code says `none`; both mean "not set". */
function readBootloader(field: Field, decoding: Decoding): Bootloader {
  const word = readWord(field, [...BOOTLOADERS, 'auto'], decoding).toLowerCase()
  return BOOTLOADERS.find((name) => name === word) ?? 'none'
}

const byPosition = (a: SchematicProblem, b: SchematicProblem): number =>
  a.at.line - b.at.line || a.at.column - b.at.column
