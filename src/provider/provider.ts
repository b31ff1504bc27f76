/** The provider as Terraform's configurations name it. */

import type { ProviderDefinition } from './definition.ts'
import { defineAttributes } from './schema.ts'

const attributes = defineAttributes({})

/** As configurations name the provider in `required_providers`. */
export const SOURCE = 'talos-image/talosimage'

export const PROVIDER: ProviderDefinition<typeof attributes, null> = {
  name: 'talosimage',
  description: 'Builds verified Talos Linux snapshots in Hetzner Cloud projects.',
  attributes,
  resources: [],
  dataSources: [],
  async configure() {
    return { provider: null }
  },
}
