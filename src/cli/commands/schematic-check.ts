/** `talos-image schematic check FILE...`: everything that a build would find wrong with them, and nothing submitted. */

import { schematicId } from 'talos-schematic'
import { loadVariables } from '../../config/load.ts'
import type { Sourced } from '../../config/variables.ts'
import { checkSchematicFile } from '../../plan/look-up-source.ts'
import type { SchematicFile } from '../../plan/request.ts'
import { findDirectory } from '../../request/directory.ts'
import { ProblemCollector } from '../../util/problem-collector.ts'
import { openFactory } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { writeJson } from '../output.ts'
import { readSchematicInput } from '../schematic-input.ts'
import { findVersion, readVersionFlag } from '../talos-version.ts'
import type { FactoryFlags } from './versions.ts'

export interface SchematicCheckFlags extends FactoryFlags {
  /** Else that of the directory's variables, as for a build. */
  readonly talosVersion?: string
  readonly directory?: string
}

/** Schematics that a build would take as they are, and the version that they were held against. */
interface Verdict {
  readonly version: string
  readonly schematics: readonly { readonly file: string; readonly id: string; readonly extensions: readonly string[] }[]
}

/**
 * Checks schematics as `build --schematic` does: fields and values, and the extensions of the Talos version.
 * @throws ProblemsError with everything that is wrong in any of the files
 */
export async function runSchematicCheck(io: Io, files: readonly string[], flags: SchematicCheckFlags): Promise<number> {
  const problems = new ProblemCollector()
  const wanted = await problems.attempt(() => findWanted(io, flags))
  const read = [...new Set(files)].map((file) => problems.attempt(() => readSchematicInput(io, file)))
  const schematics = (await Promise.all(read)).filter((schematic) => schematic !== undefined)
  const verdict =
    wanted === undefined || schematics.length === 0
      ? undefined
      : await problems.attempt(() => checkAll(io, schematics, wanted, flags, problems))
  if (flags.output === 'text') {
    // Of several files, those that are right are done with, whatever the others are.
    for (const { file, id } of verdict?.schematics ?? []) {
      io.out(`${file}: good for Talos ${verdict?.version}; ID ${id}\n`)
    }
  }
  problems.throw()
  if (flags.output === 'json') writeJson(io, verdict)
  return EXIT.success
}

/** The version that a build would take, as somebody wrote it. */
async function findWanted(io: Io, { talosVersion, directory }: SchematicCheckFlags): Promise<Sourced<string>> {
  if (talosVersion !== undefined) return readVersionFlag(talosVersion)
  const found = directory ?? (await findDirectory(io.cwd))
  return (await loadVariables({ directory: found, varFiles: [], vars: [], env: io.env, cwd: io.cwd })).talosVersion
}

/** What is wrong with a schematic goes to the problems. */
async function checkAll(
  io: Io,
  schematics: readonly SchematicFile[],
  wanted: Sourced<string>,
  flags: SchematicCheckFlags,
  problems: ProblemCollector,
): Promise<Verdict> {
  await using opened = await openFactory(io, flags)
  const { factory } = opened
  const version = findVersion(wanted, await factory.versions(io.signal))
  const good: Verdict['schematics'][number][] = []
  for (const schematic of schematics) {
    const found = await checkSchematicFile(schematic, { factory, talosVersion: version, signal: io.signal })
    problems.add(...found)
    const { file, parsed } = schematic
    const { officialExtensions: extensions } = parsed.schematic.customization.systemExtensions
    if (found.length === 0) good.push({ file, id: schematicId(parsed.schematic), extensions })
  }
  return { version, schematics: good }
}
