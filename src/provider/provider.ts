/** The provider as Terraform's configurations name it. */

import { extensions } from './data-sources/extensions.ts'
import { schematic as schematicSource } from './data-sources/schematic.ts'
import { snapshot as snapshotSource } from './data-sources/snapshot.ts'
import { versions } from './data-sources/versions.ts'
import type { ProviderDefinition } from './definition.ts'
import { placed } from './place.ts'
import { attributes, findProblems, readAccess } from './provider-attributes.ts'
import { schematic } from './resources/schematic.ts'
import { snapshot } from './resources/snapshot/resource.ts'
import { isOpen } from './schematic-value.ts'
import { type OpenCloud, Session, toTrace } from './session.ts'
import { rememberConfigured } from './words.ts'

/** As configurations name the provider in `required_providers`. */
export const SOURCE = 'talos-image/talosimage'

/** @param open how the project and the Image Factory are reached */
export const createProvider = (open: OpenCloud): ProviderDefinition<typeof attributes, Session> => ({
  name: 'talosimage',
  description:
    'Builds [Talos Linux](https://www.talos.dev) snapshots in Hetzner Cloud projects, which do not accept disk images: a temporary server, its rescue system, the disk written and read back, a snapshot, and nothing else left behind. With `sandbox = true` all of it happens on your own computer, without an account.',
  attributes,
  resources: [snapshot, schematic],
  dataSources: [snapshotSource, schematicSource, versions, extensions],
  async validate(config) {
    return findProblems(config)
  },
  async configure(config, context) {
    const { token, endpoint, factory_url, sandbox, ssh } = config
    const { signal, log } = context
    const given = Object.entries(config).flatMap(([name, value]) => (value === null ? [] : name))
    rememberConfigured({ sandbox: sandbox === true, given: new Set(given) })
    const isKnown = !Object.values(config).some(isOpen)
    const settings = {
      token: textOf(token),
      endpoint: textOf(endpoint),
      factoryUrl: textOf(factory_url),
      sandbox: sandbox === true,
      sshPort: typeof ssh === 'object' && typeof ssh?.port === 'number' ? ssh.port : undefined,
      onDelay: (text: string): void => log('info', text),
      trace: toTrace(log),
      signal,
    }
    const opening = isKnown ? () => placed(() => open(settings)) : undefined
    const session = new Session(opening, readAccess(config), context)
    const diagnostics = findProblems(config)
    // What is wrong with addresses and logins is told here, at the provider's block; a sandbox starts when it is needed.
    if (isKnown && !settings.sandbox && diagnostics.length === 0) await session.cloud()
    return { provider: session, diagnostics }
  },
  close: (session) => session.close(),
})

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
