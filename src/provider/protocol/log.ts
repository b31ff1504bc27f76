/** Lines of a log as Terraform reads them from a provider's standard error: those of HashiCorp's hclog, in JSON. */

import { redactedJson } from '../../util/redact.ts'
import type { Log } from '../definition.ts'

/** @param write gets whole lines */
export function createLog(write: (line: string) => void, now = (): Date => new Date()): Log {
  return (level, message, fields = {}) => {
    const line = redactedJson({
      ...fields,
      '@level': level,
      '@message': message,
      '@module': 'talosimage',
      // It takes six digits, no fewer.
      '@timestamp': now().toISOString().replace('Z', '000Z'),
    })
    write(`${line}\n`)
  }
}
