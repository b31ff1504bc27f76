/** Programs that some tests call and not every computer has: such tests are skipped, and say why. */

import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Why tests that call these programs are skipped; undefined when all of them are in PATH. */
export function missing(...programs: string[]): string | undefined {
  const absent = programs.filter((program) => findProgram(program) === undefined)
  return absent.length === 0 ? undefined : `there is no ${absent.join(' and no ')} here`
}

/** The name of a test that says why it is skipped, where there is a reason. */
export function named(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title} (skipped: ${reason})`
}

/** Where a program is in PATH. */
export function findProgram(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
