/** `talos-image schematic show ID`: what the Image Factory has under an ID. */

import { createHash } from 'node:crypto'
import { InvalidArgumentError } from 'commander'
import { type Problem, TalosImageError } from '../../errors.ts'
import { FactoryFailure } from '../../factory/transport.ts'
import { defineCommand } from '../define-command.ts'
import { openFactory } from '../open-project.ts'
import { cloudFlags } from '../shared-flags.ts'

export const command = defineCommand({
  description: 'Print the schematic that the Image Factory has under an ID, as YAML.',
  examples: [
    'talos-image schematic show 376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba',
    'talos-image schematic show $(talos-image schematic id schematic.yaml)',
  ],
  parameters: { '<id>': { text: 'a schematic ID', parse: parseSchematicId }, ...cloudFlags },
  run: async (io, { id, ...flags }) => {
    await using opened = await openFactory(io, flags)
    const { factory } = opened
    const schematic = await factory.readSchematic(id, io.signal).catch((error: unknown) => {
      if (error instanceof FactoryFailure && error.status === 404) throw notThere(id, factory.url)
      throw error
    })
    return {
      document: { id, canonical: schematic, factory: factory.url },
      text: schematic.endsWith('\n') ? schematic : `${schematic}\n`,
      warnings: findDifference(id, schematic),
    }
  },
})

function parseSchematicId(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError(
    'A schematic ID has 64 hexadecimal digits; `talos-image schematic id FILE` computes that of a file.',
  )
}

function findDifference(id: string, schematic: string): Problem[] {
  const hash = createHash('sha256').update(schematic).digest('hex')
  if (hash === id) return []
  const message = `the Image Factory's answer has the ID ${hash}, not the one asked for`
  return [{ code: 'factory', message, hint: 'the Factory may have written it anew; compare it' }]
}

function notThere(id: string, factoryUrl: string): TalosImageError {
  return new TalosImageError({
    code: 'not-found',
    message: `${factoryUrl} has no schematic ${id}`,
    hint: 'a Factory has what was submitted to it: submit the file with `talos-image schematic push FILE`, or name another Factory with --factory-url',
  })
}
