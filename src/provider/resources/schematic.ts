/** `talosimage_schematic`: a schematic that the Image Factory is given. It keeps all that it was ever given. */

import { isDeepStrictEqual } from 'node:util'
import { FactoryFailure } from '../../factory/transport.ts'
import { submitSchematic } from '../../plan/submit-schematic.ts'
import type { Context, ResourceDefinition } from '../definition.ts'
import { placed, toWarnings } from '../place.ts'
import { defineAttributes, type OpenValue, type State, UNKNOWN } from '../schema.ts'
import { isOpen, readSchematicValue, SCHEMATIC_TEXT } from '../schematic-value.ts'
import type { Session } from '../session.ts'

const attributes = defineAttributes({
  schematic: {
    type: 'dynamic',
    set: 'required',
    description: 'The schematic, as YAML text (`file("schematic.yaml")`) or as an object.',
  },
  id: { type: 'string', set: 'computed', description: 'The ID that the Image Factory gave it, known in the plan.' },
  canonical: { type: 'string', set: 'computed', description: 'The schematic as the Image Factory writes it, in YAML.' },
})

export const schematic: ResourceDefinition<typeof attributes, Session> = {
  name: 'schematic',
  description:
    'A schematic, submitted to the Image Factory, already in the plan: so all that depends on its ID is planned, too. The Factory deletes none, so destroying it only forgets it.',
  attributes,
  version: 0,
  async validate({ schematic: value }) {
    if (!isOpen(value)) await placed(async () => readSchematicValue(value))
    return []
  },
  async plan({ config, prior }, context) {
    const { schematic: value } = config
    if (prior !== null && isDeepStrictEqual(value, prior.schematic)) return { planned: prior }
    if (isOpen(value) || !context.provider.isOpen) {
      return { planned: { ...config, id: UNKNOWN, canonical: UNKNOWN }, replace: [['id']] }
    }
    const { state, diagnostics } = await submit(value, context)
    return { planned: { ...config, ...state }, diagnostics, replace: [['id']] }
  },
  async read(state, { provider, signal }) {
    if (!provider.isOpen) return { state }
    return placed(async () => {
      const { factory } = await provider.cloud()
      const text = await factory.readSchematic(state.id ?? '', signal).catch((error: unknown) => {
        if (error instanceof FactoryFailure && error.status === 404) return undefined
        throw error
      })
      return { state: text === undefined ? null : state }
    })
  },
  create: ({ config }, context) => push(config, context),
  update: ({ config }, context) => push(config, context),
  async delete() {
    return []
  },
}

async function push(config: State<typeof attributes>, context: Context<Session>) {
  const { state, diagnostics } = await submit(config.schematic, context)
  return { state: { ...config, ...state }, diagnostics }
}

async function submit(value: OpenValue, { provider, signal }: Context<Session>) {
  return placed(async () => {
    const { factory } = await provider.cloud()
    const parsed = readSchematicValue(value)
    const { id, warnings, owner } = await submitSchematic({ file: SCHEMATIC_TEXT, parsed }, { factory, signal })
    const canonical = await factory.readSchematic(id, signal)
    return { state: { id, canonical }, diagnostics: toWarnings(owner === undefined ? warnings : [...warnings, owner]) }
  })
}
