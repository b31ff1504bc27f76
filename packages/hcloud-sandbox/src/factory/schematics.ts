/** The schematics that were submitted to the emulated Factory. */

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  canonicalText,
  EMPTY_SCHEMATIC,
  parseSchematic,
  type Schematic,
  SchematicError,
  type SchematicProblem,
  schematicId,
  type UnknownField,
  type YamlRelease,
} from 'talos-schematic'

/** A schematic as the Factory answers it: `schematic` is its canonical text. */
export interface SubmittedSchematic {
  readonly id: string
  readonly schematic: string
}

export interface Schematics {
  /**
   * Keeps a schematic, written in YAML or JSON.
   * @param release of Go's YAML library whose style the canonical text has
   * @throws SchematicError when it is not one, or has a field that the Factory does not know
   */
  submit(text: string, release?: YamlRelease): Promise<SubmittedSchematic>
  /** The canonical text of a schematic that was submitted, or undefined. The empty one is always there. */
  read(id: string): Promise<string | undefined>
  /** What a schematic says; undefined when it was never submitted. */
  find(id: string): Promise<Schematic | undefined>
}

/** What error messages call a submitted text. */
const NAME = 'schematic'

/** Keeps the schematics in a folder, one file each. */
export function createSchematics(folder: string): Schematics {
  const empty = toSubmitted(EMPTY_SCHEMATIC)

  async function read(id: string): Promise<string | undefined> {
    if (id === empty.id) return empty.schematic
    // the ID comes from outside and becomes a file name
    if (!/^[0-9a-f]{64}$/.test(id)) return undefined
    try {
      return await readFile(join(folder, `${id}.yaml`), 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  return {
    read,
    async submit(text, release) {
      const { schematic, unknown } = parseSchematic(text, NAME)
      if (unknown.length > 0) throw new SchematicError(unknown.map(toUnknownProblem))
      const submitted = toSubmitted(schematic, release)
      const file = join(folder, `${submitted.id}.yaml`)
      const unfinished = `${file}.${crypto.randomUUID()}.tmp`
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(unfinished, submitted.schematic)
      await rename(unfinished, file)
      return submitted
    },
    async find(id) {
      const text = await read(id)
      if (text === undefined) return undefined
      return parseSchematic(text, NAME).schematic
    },
  }
}

function toUnknownProblem({ path, at }: UnknownField): SchematicProblem {
  return { code: 'schematic', message: `unknown field "${path}"`, at: { kind: 'file', file: NAME, ...at } }
}

function toSubmitted(schematic: Schematic, release?: YamlRelease): SubmittedSchematic {
  return { id: schematicId(schematic, release), schematic: canonicalText(schematic, release) }
}
