/**
 * Talos schematics, the customization documents of the Talos Image Factory: read with line and column of everything that
 * is wrong, and turned into the canonical text whose SHA-256 is the schematic's ID.
 * @module talos-schematic
 */

export { canonicalText, schematicId } from './canonical.ts'
export { SchematicError, type SchematicProblem } from './errors.ts'
export { YAML_RELEASES, type YamlRelease } from './go-string.ts'
export { parseSchematic } from './parse.ts'
export {
  type Bootloader,
  type Customization,
  EMPTY_SCHEMATIC,
  extensionPath,
  type FreeEntry,
  type FreeScalar,
  type FreeValue,
  type MetaValue,
  type Overlay,
  type ParsedSchematic,
  type Position,
  type Schematic,
  type UnknownField,
} from './schema.ts'
