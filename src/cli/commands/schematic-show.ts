/** `talos-image schematic show ID`: what the Image Factory has under an ID. */

import { createHash } from 'node:crypto'
import { TalosImageError } from '../../errors.ts'
import { FactoryFailure } from '../../factory/transport.ts'
import { openFactory } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { writeJson } from '../output.ts'
import { showWarning } from '../show-problem.ts'
import type { FactoryFlags } from './versions.ts'

/**
 * Prints the text of a schematic as the Factory keeps it.
 * @throws TalosImageError `not-found` when it was never given to this Factory
 */
export async function runSchematicShow(io: Io, id: string, flags: FactoryFlags): Promise<number> {
  await using opened = await openFactory(io, flags)
  const { factory } = opened
  const schematic = await factory.readSchematic(id, io.signal).catch((error: unknown) => {
    if (error instanceof FactoryFailure && error.status === 404) throw notThere(id, factory.publicUrl)
    throw error
  })
  const hash = createHash('sha256').update(schematic).digest('hex')
  if (hash !== id) {
    const message = `what the Image Factory answered has the ID ${hash}, not the one that was asked for`
    showWarning(io, { code: 'factory', message, hint: 'the Factory may have written it anew; compare it' })
  }
  if (flags.output === 'json') writeJson(io, { id, schematic, factory: factory.publicUrl })
  else io.out(schematic.endsWith('\n') ? schematic : `${schematic}\n`)
  return EXIT.success
}

function notThere(id: string, factoryUrl: string): TalosImageError {
  return new TalosImageError({
    code: 'not-found',
    message: `${factoryUrl} has no schematic ${id}`,
    hint: 'a Factory knows what was given to it: `talos-image schematic push FILE`; another one: --factory-url URL',
  })
}
