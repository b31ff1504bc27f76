/** The schematics of roles: a file `schematic-NAME.yaml` in the directory makes NAME a role. */

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { directoryOf } from '../config/find-files.ts'
import { ARCHITECTURES, isRoleName, ROLE_RULE, type Role, schematicFileName, sortRoles } from '../domain.ts'
import { TalosImageError } from '../errors.ts'
import type { SchematicFile } from '../plan/request.ts'
import { readSchematicFile } from '../plan/schematic-file.ts'
import { didYouMean } from '../util/near.ts'
import type { ProblemCollector } from '../util/problem-collector.ts'

export interface RoleSource {
  /** Where relative paths count from. */
  readonly cwd: string
  /** Holds the schematics, or the template that they stand beside; undefined: there is no such directory. */
  readonly directory: string | undefined
  /** Those that are wanted, in this order, or each that has a file. */
  readonly roles: readonly Role[] | 'every'
  /** How the directory would be named: `--directory DIR`. */
  readonly howToName: string
}

/** The schematic of each role, in order; what is missing or wrong goes to the problems. */
export async function readRoleSchematics(
  { cwd, directory, roles, howToName }: RoleSource,
  problems: ProblemCollector,
): Promise<ReadonlyMap<Role, SchematicFile>> {
  const schematics = new Map<Role, SchematicFile>()
  if (roles.length === 0) return schematics
  if (directory === undefined) {
    for (const role of roles === 'every' ? ['<role>'] : roles) problems.add(noDirectory(role, howToName))
    return schematics
  }
  const folder = directoryOf(directory)
  const names = await findNames(resolve(cwd, folder))
  const found = sortRoles(names.filter(isRoleName))
  if (roles === 'every') {
    const shown = relative(cwd, resolve(cwd, folder)) || '.'
    for (const name of names) if (!isRoleName(name)) problems.add(noRoleName(join(shown, schematicFileName(name))))
    if (names.length === 0) problems.add(noSchematics(shown))
  }
  for (const role of roles === 'every' ? found : roles) {
    const path = join(folder, schematicFileName(role))
    const schematic = await problems.attempt(() => readOf(cwd, path, role, found))
    if (schematic !== undefined) schematics.set(role, schematic)
  }
  return schematics
}

/** What stands for NAME in the names of files; a directory that cannot be read is a problem of the variables. */
async function findNames(directory: string): Promise<string[]> {
  const files = await readdir(directory).catch(() => [])
  return files.flatMap((file) => /^schematic-(.+)\.yaml$/.exec(file)?.[1] ?? [])
}

/** @throws TalosImageError `schematic` with the roles that there are, when this one has no file */
async function readOf(cwd: string, path: string, role: Role, found: readonly Role[]): Promise<SchematicFile> {
  try {
    return await readSchematicFile(cwd, path, `role ${role}`)
  } catch (error) {
    if (!(error instanceof TalosImageError) || found.includes(role)) throw error
    const [problem = error] = error.problems
    const hint = existsSync(resolve(cwd, role)) ? `for the directory of that name, write ./${role}` : undefined
    throw new TalosImageError({ ...problem, hint: hint ?? adviceFor(role, found) })
  }
}

function adviceFor(role: Role, found: readonly Role[]): string {
  if (ARCHITECTURES.some((one) => one === role)) return 'it is an architecture: roles are named after their schematics'
  const near = didYouMean(role, found)
  if (near !== undefined) return near
  if (found.length === 0)
    return 'create the file, which makes the role; `customization: {}` is a schematic that changes nothing'
  return `there are ${found.map((one) => schematicFileName(one)).join(', ')}`
}

const noDirectory = (role: Role, howToName: string) =>
  ({
    code: 'usage',
    message: `there is no ${schematicFileName(role)}, since there is no directory to read it from`,
    hint: `name it: ${howToName}`,
  }) as const

const noRoleName = (file: string) =>
  ({
    code: 'schematic',
    message: 'its name holds no valid name of a role',
    at: { kind: 'file', file },
    hint: `rename it: a role has ${ROLE_RULE}`,
  }) as const

const noSchematics = (directory: string) =>
  ({
    code: 'schematic',
    message: `there is no ${schematicFileName('<role>')}, so there are no roles`,
    at: { kind: 'file', file: directory },
    hint: `write one for each role, such as ${schematicFileName('worker')}`,
  }) as const
