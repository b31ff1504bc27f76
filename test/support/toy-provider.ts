/** A provider with attributes of every kind, whose things are in memory: the protocol is tested with it, apart from what ours does. */

import { isDeepStrictEqual } from 'node:util'
import type {
  Context,
  DataSourceDefinition,
  ProviderDefinition,
  ResourceDefinition,
} from '../../src/provider/definition.ts'
import { DiagnosticsError } from '../../src/provider/definition.ts'
import { defineAttributes, UNKNOWN } from '../../src/provider/schema.ts'

const attributes = defineAttributes({
  id: { type: 'string', set: 'computed', description: 'Its ID.' },
  name: { type: 'string', set: 'required', description: 'Its **name**.', replaces: true },
  size: { type: 'number', set: 'optional', description: 'How large.' },
  secret: { type: 'string', set: 'optional', description: 'Not shown.', sensitive: true },
  old: { type: 'bool', set: 'optional', description: 'Was used.', deprecated: 'Use size.' },
  labels: { type: { map: 'string' }, set: 'optional', description: 'By name.' },
  tags: { type: { set: 'string' }, set: 'optional', description: 'In no order.' },
  document: { type: 'dynamic', set: 'optional', description: 'Anything.' },
  zone: { type: 'string', set: 'optional-computed', description: 'Where.' },
  timeouts: {
    type: { object: { create: { type: 'string', set: 'optional', description: 'How long.' } } },
    set: 'optional',
    description: 'How long things may take.',
  },
  parts: {
    type: { list: { object: { kind: { type: 'string', set: 'required', description: 'Which.' } } } },
    set: 'optional',
    description: 'What it consists of.',
  },
  /** How often it was written. */
  revision: { type: 'number', set: 'computed', description: 'How often it was written.' },
})

type Thing = Parameters<ResourceDefinition<typeof attributes>['read']>[0]

export interface ToyOptions {
  /** Things by their IDs, as if they were elsewhere. */
  readonly things?: Map<string, Thing>
  /** Is waited for by creations. */
  readonly create?: (context: Context<Toy>) => Promise<void>
  readonly close?: () => Promise<void>
}

export interface Toy {
  readonly prefix: string
}

const settings = defineAttributes({
  prefix: { type: 'string', set: 'optional', description: 'What IDs begin with.' },
})
const echo = defineAttributes({
  input: { type: 'dynamic', set: 'required', description: 'Anything.' },
  output: { type: 'dynamic', set: 'computed', description: 'The same.' },
  length: { type: 'number', set: 'computed', description: 'How long it is as JSON.' },
})

export function createToy({
  things = new Map(),
  create,
  close,
}: ToyOptions = {}): ProviderDefinition<typeof settings, Toy> {
  const thing: ResourceDefinition<typeof attributes, Toy> = {
    name: 'thing',
    description: 'A thing.',
    version: 1,
    attributes,
    async validate({ size }) {
      if (typeof size !== 'number' || size >= 0) return []
      return [{ severity: 'error', summary: 'size is negative', detail: 'Make it positive.', path: ['size'] }]
    },
    upgrade: (_version, { title, ...rest }) => ({ ...rest, name: title }),
    read: async ({ id }) => ({ state: things.get(id ?? '') ?? null }),
    async plan({ prior, proposed }) {
      const isSame = isDeepStrictEqual(prior, proposed)
      return {
        planned: isSame ? proposed : { ...proposed, revision: UNKNOWN },
        ...(prior === null ? { expected: `a new ${proposed.name === UNKNOWN ? 'one' : proposed.name}` } : {}),
      }
    },
    async planDelete({ old, name }) {
      return old === true ? [{ severity: 'error', summary: `${name} is in use`, path: ['old'] }] : []
    },
    async create({ config }, context) {
      await create?.(context)
      const id = `${context.provider.prefix}${config.name}`
      const state = { ...config, id, zone: config.zone ?? 'here', revision: 1 }
      things.set(id, state)
      return { state }
    },
    async update({ config, prior }) {
      if (config.size === 13)
        throw new DiagnosticsError([{ severity: 'error', summary: '13 is no size', path: ['size'] }])
      const state = { ...config, id: prior.id, zone: config.zone ?? prior.zone, revision: (prior.revision ?? 0) + 1 }
      things.set(prior.id ?? '', state)
      return { state, diagnostics: [{ severity: 'warning', summary: 'it was changed' }] }
    },
    async delete({ id }) {
      things.delete(id ?? '')
      return []
    },
    import: async (id) => ({ state: things.get(id) ?? null }),
  }
  const source: DataSourceDefinition<typeof echo, Toy> = {
    name: 'echo',
    description: 'What it is given.',
    attributes: echo,
    read: async ({ input }) => ({ state: { input, output: input, length: JSON.stringify(input).length } }),
  }
  return {
    name: 'talosimage',
    description: 'A toy.',
    attributes: settings,
    resources: [thing],
    dataSources: [source],
    configure: async ({ prefix }) => ({ provider: { prefix: typeof prefix === 'string' ? prefix : '' } }),
    ...(close === undefined ? {} : { close }),
  }
}
