/** All kinds of resources that the cloud has: a kind more is a line here. */

import type { Coverage, Resource } from '../resource.ts'
import { actionResource } from './actions.ts'
import { emptyResources } from './empty.ts'
import { firewallResource } from './firewalls.ts'
import { floatingIpResource } from './floating-ips.ts'
import { imageResource } from './images.ts'
import { locationResource } from './locations.ts'
import { networkResource } from './networks/index.ts'
import { placementGroupResource } from './placement-groups.ts'
import { pricingResource } from './pricing.ts'
import { primaryIpResource } from './primary-ips.ts'
import { serverTypeResource } from './server-types.ts'
import { serverResource } from './servers/index.ts'
import { sshKeyResource } from './ssh-keys.ts'
import { volumeResource } from './volumes.ts'

export const RESOURCES: readonly Resource[] = [
  actionResource,
  serverResource,
  imageResource,
  sshKeyResource,
  networkResource,
  placementGroupResource,
  firewallResource,
  serverTypeResource,
  locationResource,
  pricingResource,
  primaryIpResource,
  floatingIpResource,
  volumeResource,
  ...emptyResources,
]

/**
 * Which operations of the API the sandbox has, as the published document names them. Documented operations that are not here
 * are missing, and answer 501.
 */
export const COVERAGE: Readonly<Record<string, Coverage>> = Object.assign(
  {},
  ...RESOURCES.map(({ coverage }) => coverage),
)

/** How long actions take in the profile `realistic`, by command, in milliseconds. */
const LATENCIES: Readonly<Record<string, number>> = Object.assign({}, ...RESOURCES.map(({ latencies }) => latencies))

/** The commands of all actions that the sandbox has. */
export const ACTION_COMMANDS: readonly string[] = Object.keys(LATENCIES)

/** Milliseconds that an action with this command takes in the profile `realistic`. */
export const realisticMs = (command: string): number => LATENCIES[command] ?? 1_000
