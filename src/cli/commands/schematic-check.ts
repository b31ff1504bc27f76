/** `talos-image schematic check FILE...`: everything that a build would find wrong with them, and nothing submitted. */

import { schematicId } from 'talos-schematic'
import { loadVariables } from '../../config/load.ts'
import type { Sourced } from '../../config/variables.ts'
import { ARCHITECTURES } from '../../domain.ts'
import type { Problem } from '../../errors.ts'
import { checkSchematicFile } from '../../plan/look-up-source.ts'
import type { SchematicFile } from '../../plan/request.ts'
import { findUnknownFields } from '../../plan/schematic-file.ts'
import { findUnbootableSchematic } from '../../plan/unbootable.ts'
import { findDirectory } from '../../request/directory.ts'
import { ProblemCollector, uniqueProblems } from '../../util/problem-collector.ts'
import { withProblems } from '../command-result.ts'
import { defineCommand, type Parameters, type Values } from '../define-command.ts'
import type { Io } from '../io.ts'
import { openFactory } from '../open-project.ts'
import { readSchematicInput } from '../schematic-input.ts'
import { cloudFlags } from '../shared-flags.ts'
import { findVersion, readVersionFlag } from '../talos-version.ts'

const parameters = {
  '<file...>': 'schematics, or - for standard input',
  ...cloudFlags,
  '--talos-version <version>': 'v1.13.9, v1.13 or latest; default: talos_version, as a build takes it',
  '--directory <dir>': 'where the .pkr.hcl and .pkrvars files are; default: here, or ./_packer',
} as const satisfies Parameters
type CheckFlags = Values<typeof parameters>

export const command = defineCommand({
  description: 'Check schematics as a build would: fields, values, and the extensions of a Talos version.',
  notes: `Exits with 2 when something is wrong, and says where: FILE:LINE:COLUMN.
Submits nothing.`,
  examples: [
    'talos-image schematic check schematic.yaml',
    'talos-image schematic check _packer/*.yaml --talos-version latest',
    'talos-image schematic check --output json - < schematic.yaml',
  ],
  parameters,
  run: async (io, { file: files, ...flags }) => {
    const problems = new ProblemCollector()
    const wanted = await problems.attempt(() => findWanted(io, flags))
    const read = [...new Set(files)].map((file) => problems.attempt(() => readSchematicInput(io, file)))
    const schematics = (await Promise.all(read)).filter((schematic) => schematic !== undefined)
    const verdict =
      wanted === undefined || schematics.length === 0
        ? undefined
        : await problems.attempt(() => checkAll(io, schematics, wanted, flags, problems))
    // Of several files, those that are right are shown, even if others are wrong.
    const { version, schematics: good = [], warnings = [] } = verdict ?? {}
    const idOf = (id: string | null): string => (id === null ? 'only the Image Factory can tell its ID' : `ID ${id}`)
    return {
      document: withProblems(verdict === undefined ? {} : { talosVersion: version, schematics: good }, problems.all),
      text: good.map(({ file, id }) => `${file}: good for Talos ${version}; ${idOf(id)}\n`).join(''),
      warnings: uniqueProblems(warnings),
      problems: problems.all,
    }
  },
})

/** Schematics that a build would take as they are, and the version that they were held against. */
interface Verdict {
  readonly version: string
  readonly schematics: readonly {
    readonly file: string
    /** null: it has fields that only the Factory may know. */
    readonly id: string | null
    readonly extensions: readonly { readonly name: string }[]
  }[]
  readonly warnings: readonly Problem[]
}

/** The version that a build would take, and where it is written. */
async function findWanted(io: Io, { talosVersion, directory }: Omit<CheckFlags, 'file'>): Promise<Sourced<string>> {
  if (talosVersion !== undefined) return readVersionFlag(talosVersion)
  const found = directory ?? (await findDirectory(io.cwd))
  return (await loadVariables({ directory: found, varFiles: [], vars: [], env: io.env, cwd: io.cwd })).talosVersion
}

/** What is wrong with a schematic goes to the problems. */
async function checkAll(
  io: Io,
  schematics: readonly SchematicFile[],
  wanted: Sourced<string>,
  flags: Omit<CheckFlags, 'file'>,
  problems: ProblemCollector,
): Promise<Verdict> {
  await using opened = await openFactory(io, flags)
  const { factory } = opened
  const version = findVersion(wanted, await factory.versions(io.signal))
  const good: Verdict['schematics'][number][] = []
  const warnings: Problem[] = []
  for (const schematic of schematics) {
    const found = await checkSchematicFile(schematic, { factory, talosVersion: version, signal: io.signal })
    problems.add(...found)
    const { file, parsed } = schematic
    const { officialExtensions } = parsed.schematic.customization.systemExtensions
    const extensions = officialExtensions.map((name) => ({ name }))
    const unknown = findUnknownFields(schematic)
    warnings.push(...unknown, ...ARCHITECTURES.flatMap((one) => findUnbootableSchematic(schematic, one, version)))
    const id = unknown.length > 0 ? null : schematicId(parsed.schematic)
    if (found.length === 0) good.push({ file, id, extensions })
  }
  return { version, schematics: good, warnings }
}
