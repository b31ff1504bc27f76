import type { StoredSshKey } from '../entities.ts'
import { formatTime } from '../time.ts'

/** An SSH key as the API shows it. */
export function formatSshKey(key: StoredSshKey) {
  return {
    id: key.id,
    name: key.name,
    fingerprint: key.fingerprint,
    public_key: key.publicKey,
    labels: { ...key.labels },
    created: formatTime(key.created),
  }
}
