/** Terraform's calls of a provider, by their names in the protocol: each takes a message and gives one. */

import type { ProviderDefinition } from '../definition.ts'
import { check } from './check.ts'
import { attempt, telling } from './diagnostics.ts'
import { Message, type Received } from './message.ts'
import { resourceCalls } from './resource-calls.ts'
import { toSchema } from './schema-message.ts'
import type { Calls, Session } from './session.ts'
import { readConfig, readState, toDynamicValue } from './values.ts'

/** plan_destroy, and get_provider_schema_optional: nothing depends on having been asked for the schema. */
const capabilities = (): Message => new Message().flag(1, true).flag(2, true)

export function createCalls(definition: ProviderDefinition, session: Session): Calls {
  const { attributes } = definition
  const typeName = ({ name }: { readonly name: string }): string => `${definition.name}_${name}`
  const metadata = (all: readonly { readonly name: string }[]): readonly Message[] =>
    all.map((one) => new Message().string(1, typeName(one)))
  const find = <One extends { readonly name: string }>(all: readonly One[], request: Received): One => {
    const found = all.find((one) => typeName(one) === request.string(1))
    if (found === undefined) throw new RangeError(`there is no ${request.string(1)}`)
    return found
  }
  const dataSource = (request: Received) => find(definition.dataSources, request)

  return {
    async GetMetadata() {
      return new Message()
        .message(1, capabilities())
        .message(3, ...metadata(definition.dataSources))
        .message(4, ...metadata(definition.resources))
    },
    async GetProviderSchema() {
      const resources = definition.resources.map((one) => [typeName(one), toSchema(one)])
      const dataSources = definition.dataSources.map((one) => [typeName(one), toSchema(one)])
      return new Message()
        .message(1, toSchema(definition))
        .named(2, Object.fromEntries(resources))
        .named(3, Object.fromEntries(dataSources))
        .message(6, capabilities())
    },
    // There are neither identities beside the IDs, nor functions.
    GetResourceIdentitySchemas: async () => new Message(),
    GetFunctions: async () => new Message(),

    async ValidateProviderConfig(request) {
      return new Message().message(2, ...(await check(definition, request.message(1))))
    },
    async ConfigureProvider(request) {
      const [, said] = await attempt(undefined, async (say) => {
        const { provider, diagnostics } = await definition.configure(
          readConfig(request.message(2), attributes),
          session,
        )
        session.provider = provider
        say(diagnostics)
      })
      return new Message().message(1, ...said)
    },
    async ValidateDataResourceConfig(request) {
      return new Message().message(1, ...(await check(dataSource(request), request.message(2))))
    },
    ReadDataSource: telling(2, async (request) => {
      const source = dataSource(request)
      const config = readState(request.message(2), source.attributes)
      const [state, said] = await attempt(null, async (say) => {
        if (config === null) return null
        const outcome = await source.read(config, session)
        say(outcome.diagnostics)
        return outcome.state
      })
      return new Message().message(1, toDynamicValue(state, source.attributes, config)).message(2, ...said)
    }),
    ...resourceCalls((request) => find(definition.resources, request), session),
  }
}
