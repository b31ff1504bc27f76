/** The settings of a `source "hcloud"` block, and how each is used. */

const HONOURED = [
  'communicator',
  'datacenter',
  'firewalls',
  'image',
  'location',
  'networks',
  'public_ipv4_disabled',
  'public_ipv6_disabled',
  'rescue',
  'server_labels',
  'server_type',
  'snapshot_labels',
  'snapshot_name',
  'ssh_interface',
  'ssh_port',
  'ssh_timeout',
  'ssh_username',
  'ssh_wait_timeout',
  'token',
] as const
export type HonouredKey = (typeof HONOURED)[number]

/** Settings of Packer's own way of working, without which the snapshot is the same. */
const SILENT: readonly string[] = [
  'name pause_before_connecting poll_interval ssh_agent_auth ssh_certificate_file ssh_ciphers',
  'ssh_clear_authorized_keys ssh_disable_agent_forwarding ssh_file_transfer_method',
  'ssh_handshake_attempts ssh_keep_alive_interval ssh_key_exchange_algorithms ssh_keypair_name',
  'ssh_local_tunnels ssh_private_key_file ssh_pty ssh_read_write_timeout ssh_remote_tunnels',
  'temporary_key_pair_bits temporary_key_pair_name temporary_key_pair_type',
].flatMap((line) => line.split(' '))

/** Settings that make no difference to the snapshot, and why: a warning. */
const WITHOUT_EFFECT: ReadonlyMap<string, string> = new Map([
  ['server_name', 'build servers have names of their own, by which interrupted runs are cleaned up'],
  ['ssh_keys', 'a build server takes only the key of its run'],
  ['ssh_keys_labels', 'the key of a run has the labels of the run'],
  ['user_data', 'the system that would read it is never booted'],
  ['user_data_file', 'the system that would read it is never booted'],
  ['image_filter', 'the system of a build server is never booted, so any will do'],
  ['upgrade_server_type', 'the snapshot is made on the server type that it is written on'],
])

/** Settings that would change what happens, and is not supported. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['endpoint', 'the address of the API comes from HCLOUD_ENDPOINT'],
  ['public_ipv4', 'build servers take no primary IP that is there already'],
  ['public_ipv6', 'build servers take no primary IP that is there already'],
  ['skip_create_snapshot', 'a snapshot is always made'],
  ['ssh_password', 'the rescue system takes keys only'],
  ['ssh_host', 'the address of a build server is known only once it is there'],
])

export type KeyUse =
  | { readonly use: 'honoured'; readonly key: HonouredKey }
  | { readonly use: 'silent' }
  | { readonly use: 'without effect'; readonly why: string }
  | { readonly use: 'refused'; readonly why: string }
  | { readonly use: 'unknown' }

export function useOf(name: string): KeyUse {
  const key = HONOURED.find((honoured) => honoured === name)
  if (key !== undefined) return { use: 'honoured', key }
  if (SILENT.includes(name)) return { use: 'silent' }
  const harmless = WITHOUT_EFFECT.get(name)
  if (harmless !== undefined) return { use: 'without effect', why: harmless }
  const refused = /^ssh_(?:bastion|proxy)_/.test(name) ? 'build servers are reached directly' : REFUSED.get(name)
  return refused === undefined ? { use: 'unknown' } : { use: 'refused', why: refused }
}

/** All names, for near ones. */
export const KEY_NAMES: readonly string[] = [...HONOURED, ...SILENT, ...WITHOUT_EFFECT.keys(), ...REFUSED.keys()]
