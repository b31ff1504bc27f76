/**
 * Which operations of the API the sandbox has: `full`, or `partial` with what is left out.
 * Documented operations that do not stand here are missing, and answer 404, or 405 where their path has other methods.
 */

export type Coverage = 'full' | { readonly partial: string }

const NONE: Coverage = { partial: 'always empty' }
const NOTHING_FOUND: Coverage = { partial: 'always not found' }
const ADDRESSES: Coverage = { partial: 'those that servers got when they were made' }
const NETWORKS: Coverage = { partial: 'no vSwitches; machines answer only in ranges of 127.0.0.0/8' }
const FIREWALLS: Coverage = { partial: 'looked at when a server boots, and for SSH alone' }
const CATALOGUE: Coverage = { partial: 'a selection, with prices of 2026' }

/** Operation, as the published document names it, to how much of it there is. */
export const COVERAGE: Readonly<Record<string, Coverage>> = {
  'GET /actions': 'full',
  'GET /actions/{id}': 'full',
  'GET /servers': 'full',
  'POST /servers': {
    partial: 'no volumes, placement groups or own primary IPs; user data unused',
  },
  'GET /servers/{id}': 'full',
  'PUT /servers/{id}': 'full',
  'DELETE /servers/{id}': 'full',
  'GET /servers/actions': 'full',
  'GET /servers/actions/{id}': 'full',
  'GET /servers/{id}/actions': 'full',
  'GET /servers/{id}/actions/{action_id}': 'full',
  'POST /servers/{id}/actions/poweron': 'full',
  'POST /servers/{id}/actions/poweroff': 'full',
  'POST /servers/{id}/actions/reset': 'full',
  'POST /servers/{id}/actions/reboot': { partial: 'takes the power away, since machines know no ACPI' },
  'POST /servers/{id}/actions/shutdown': { partial: 'takes the power away, since machines know no ACPI' },
  'POST /servers/{id}/actions/enable_rescue': 'full',
  'POST /servers/{id}/actions/disable_rescue': 'full',
  'POST /servers/{id}/actions/create_image': { partial: 'snapshots, no backups' },
  'POST /servers/{id}/actions/change_protection': 'full',
  'GET /images': { partial: 'a selection of system images, all snapshots; no apps, no backups' },
  'GET /images/{id}': 'full',
  'PUT /images/{id}': 'full',
  'DELETE /images/{id}': 'full',
  'GET /images/actions': 'full',
  'GET /images/actions/{id}': 'full',
  'GET /images/{id}/actions': 'full',
  'GET /images/{id}/actions/{action_id}': 'full',
  'POST /images/{id}/actions/change_protection': 'full',
  'GET /ssh_keys': 'full',
  'POST /ssh_keys': 'full',
  'GET /ssh_keys/{id}': 'full',
  'PUT /ssh_keys/{id}': 'full',
  'DELETE /ssh_keys/{id}': 'full',
  'GET /networks': 'full',
  'GET /networks/{id}': 'full',
  'PUT /networks/{id}': 'full',
  'DELETE /networks/{id}': 'full',
  'POST /networks': NETWORKS,
  'POST /networks/{id}/actions/add_subnet': NETWORKS,
  'POST /networks/{id}/actions/add_route': { partial: 'kept and shown, but nothing is routed' },
  'GET /networks/actions': 'full',
  'GET /networks/actions/{id}': 'full',
  'GET /networks/{id}/actions': 'full',
  'GET /networks/{id}/actions/{action_id}': 'full',
  'GET /firewalls': 'full',
  'GET /firewalls/{id}': 'full',
  'PUT /firewalls/{id}': 'full',
  'DELETE /firewalls/{id}': 'full',
  'POST /firewalls': FIREWALLS,
  'POST /firewalls/{id}/actions/set_rules': FIREWALLS,
  'POST /firewalls/{id}/actions/apply_to_resources': FIREWALLS,
  'POST /firewalls/{id}/actions/remove_from_resources': FIREWALLS,
  'GET /firewalls/actions': 'full',
  'GET /firewalls/actions/{id}': 'full',
  'GET /firewalls/{id}/actions': 'full',
  'GET /firewalls/{id}/actions/{action_id}': 'full',
  'GET /server_types': CATALOGUE,
  'GET /server_types/{id}': CATALOGUE,
  'GET /locations': 'full',
  'GET /locations/{id}': 'full',
  'GET /pricing': CATALOGUE,
  'GET /primary_ips': ADDRESSES,
  'GET /primary_ips/{id}': ADDRESSES,
  'GET /isos': NONE,
  'GET /isos/{id}': NOTHING_FOUND,
  'GET /volumes': NONE,
  'GET /volumes/{id}': NOTHING_FOUND,
  'GET /placement_groups': NONE,
  'GET /placement_groups/{id}': NOTHING_FOUND,
}
