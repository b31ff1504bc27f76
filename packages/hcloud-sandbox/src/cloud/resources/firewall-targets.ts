/** What firewalls apply to: servers, named or selected by their labels. */

import * as v from 'valibot'
import type { CloudContext } from '../context.ts'
import { ApiFault } from '../errors.ts'
import { parseLabelSelector } from '../label-selector.ts'
import { Id } from '../table.ts'
import { type Server, servers } from './servers/server.ts'

/** As it is kept. */
export const AppliedTo = v.variant('type', [
  v.object({ type: v.literal('server'), id: Id }),
  v.object({ type: v.literal('label_selector'), selector: v.string() }),
])
export type AppliedTo = v.InferOutput<typeof AppliedTo>

const Target = v.variant('type', [
  v.object({ type: v.literal('server'), server: v.object({ id: v.number('Not a valid integer.') }) }),
  v.object({
    type: v.literal('label_selector'),
    label_selector: v.object({
      selector: v.pipe(
        v.string('Not a valid string.'),
        v.check((text) => text !== '' && parseLabelSelector(text) !== undefined, 'invalid label selector'),
      ),
    }),
  }),
])

export const TargetsInput = v.array(Target)

/** The targets of a request, as they are kept. */
export function toTargets(input: v.InferOutput<typeof TargetsInput>): AppliedTo[] {
  return input.map((target) =>
    target.type === 'server'
      ? { type: 'server', id: target.server.id }
      : { type: 'label_selector', selector: target.label_selector.selector },
  )
}

/**
 * The servers that are named.
 * @param unknown the status for one that is not there
 * @param bare the code for one without a public network interface, where that matters
 * @throws ApiFault for these
 */
export function requireServers(
  { store }: CloudContext,
  project: string,
  targets: readonly AppliedTo[],
  { unknown, bare }: { readonly unknown: 404 | 422; readonly bare?: string },
): Server[] {
  return targets.flatMap((target) => {
    if (target.type !== 'server') return []
    const server = servers.find(store, project, target.id)
    if (server === undefined) {
      throw new ApiFault(unknown, 'firewall_resource_not_found', `server with ID '${target.id}' not found`)
    }
    if (bare !== undefined && !server.enableIpv4 && !server.enableIpv6) {
      throw new ApiFault(422, bare, 'the server has no public network interface')
    }
    return [server]
  })
}

export const isAmong = (targets: readonly AppliedTo[], wanted: AppliedTo): boolean =>
  targets.some((one) => isSame(one, wanted))

function isSame(a: AppliedTo, b: AppliedTo): boolean {
  return a.type === 'server' ? b.type === 'server' && a.id === b.id : b.type === a.type && a.selector === b.selector
}

interface Scope {
  readonly project: string
  readonly appliedTo: readonly AppliedTo[]
}

/** Whether a firewall applies to a server, named or selected by its labels. Firewalls need a public network interface. */
export function appliesTo({ project, appliedTo }: Scope, server: Server): boolean {
  if (project !== server.project || !(server.enableIpv4 || server.enableIpv6)) return false
  return appliedTo.some((one) =>
    one.type === 'server' ? one.id === server.id : parseLabelSelector(one.selector)?.(server.labels) === true,
  )
}
