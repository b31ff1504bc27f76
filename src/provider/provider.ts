/** The provider as Terraform's configurations name it. */

import type { ProviderDefinition } from './definition.ts'
import { defineAttributes } from './schema.ts'
import type { OpenCloud } from './session.ts'

const attributes = defineAttributes({})

/** As configurations name the provider in `required_providers`. */
export const SOURCE = 'talos-image/talosimage'

/** @param open how projects and the Image Factory are reached */
export const createProvider = (_open: OpenCloud): ProviderDefinition<typeof attributes, null> => ({
  name: 'talosimage',
  description: 'Builds verified Talos Linux snapshots in Hetzner Cloud projects.',
  attributes,
  resources: [],
  dataSources: [],
  async configure() {
    return { provider: null }
  },
})
