/** The build server of a template's image: what was asked for on the command line wins over the template. */

import type { TemplateServer } from '../config/template/images.ts'
import type { Sourced } from '../config/variables.ts'
import type { Problem } from '../errors.ts'
import { findServerProblems, type ServerRequest } from './server-settings.ts'

export function mergeServer(
  request: ServerRequest,
  template: TemplateServer & Pick<ServerRequest, 'downloadProxy'>,
): ServerRequest {
  const isGiven = ({ origin }: Sourced<unknown>): boolean => origin.kind !== 'default'
  const choose = <T>(asked: Sourced<T>, written: Sourced<T> | undefined): Sourced<T> =>
    isGiven(asked) ? asked : (written ?? asked)
  return {
    systemImage: choose(request.systemImage, template.systemImage),
    labels: new Map([...template.labels, ...request.labels]),
    firewalls: request.firewalls.length > 0 ? request.firewalls : template.firewalls,
    networks: request.networks.length > 0 ? request.networks : template.networks,
    ipv4: choose(request.ipv4, template.ipv4),
    ipv6: choose(request.ipv6, template.ipv6),
    sshOver: request.sshOver ?? template.sshOver,
    downloadProxy: request.downloadProxy ?? template.downloadProxy,
  }
}

/** Problems of what was asked for that no template can solve, such as a network that none of them gives. */
export function findLastingProblems(
  problems: readonly Problem[],
  request: ServerRequest,
  templates: readonly TemplateServer[],
): Problem[] {
  const merged = templates.map((template) => findServerProblems(mergeServer(request, template)))
  return problems.filter(
    ({ code, message }) => code === 'usage' || merged.every((found) => found.some((one) => one.message === message)),
  )
}
