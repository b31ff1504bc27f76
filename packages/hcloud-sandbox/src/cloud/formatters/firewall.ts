import type { StoredFirewall } from '../entities.ts'
import { appliesTo } from '../firewalls.ts'
import type { Store } from '../store.ts'
import { formatTime } from '../time.ts'

/** A firewall as the API shows it. */
export function formatFirewall(firewall: StoredFirewall, { state }: Store) {
  const selected = (selector: string) =>
    state.servers.filter((server) =>
      appliesTo({ ...firewall, appliedTo: [{ type: 'label_selector', selector }] }, server),
    )
  return {
    id: firewall.id,
    name: firewall.name,
    labels: { ...firewall.labels },
    created: formatTime(firewall.created),
    rules: firewall.rules.map(({ direction, protocol, port, sourceIps, destinationIps, description }) => ({
      direction,
      protocol,
      port,
      source_ips: [...sourceIps],
      destination_ips: [...destinationIps],
      description,
    })),
    applied_to: firewall.appliedTo.map((one) =>
      one.type === 'server'
        ? { type: 'server', server: { id: one.id } }
        : {
            type: 'label_selector',
            label_selector: { selector: one.selector },
            applied_to_resources: selected(one.selector).map(({ id }) => ({ type: 'server', server: { id } })),
          },
    ),
  }
}
