/** A schematic as it stands in a configuration: YAML text, or an object. */

import type { ParsedSchematic } from 'talos-schematic'
import { parseSchematic } from '../plan/schematic-file.ts'
import { type OpenValue, UNKNOWN } from './schema.ts'

/** What a schematic that stands in an attribute is called in origins: a text has lines, an object has none. */
export const SCHEMATIC_TEXT = 'schematic'
export const SCHEMATIC_OBJECT = 'schematic, an object'

/** Whether any part of a value is open. */
export function isOpen(value: OpenValue | undefined): boolean {
  if (value === UNKNOWN) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(isOpen)
}

/** @param value without open parts */
export function toSchematicText(value: OpenValue): { readonly name: string; readonly text: string } {
  if (typeof value === 'string') return { name: SCHEMATIC_TEXT, text: value }
  // JSON is YAML; what is no object is refused by the parser.
  return { name: SCHEMATIC_OBJECT, text: JSON.stringify(value) }
}

/** @throws ProblemsError `schematic` with everything that is wrong */
export function readSchematicValue(value: OpenValue): ParsedSchematic {
  const { name, text } = toSchematicText(value)
  return parseSchematic(text, name)
}
