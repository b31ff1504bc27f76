import { invalidInput } from './errors.ts'
import type { Store } from './store.ts'

/**
 * The public key lines of the project's keys with these IDs or names.
 * @throws ApiFault 422 `invalid_input` for a key that the project does not have
 */
export function resolveSshKeys(store: Store, project: string, wanted: readonly (string | number)[]): string[] {
  const keys = store.state.sshKeys.filter((key) => key.project === project)
  return wanted.map((idOrName) => {
    const key = keys.find(({ id }) => String(id) === String(idOrName)) ?? keys.find(({ name }) => name === idOrName)
    if (key === undefined) throw invalidInput(`SSH key '${idOrName}' not found`)
    return key.publicKey
  })
}
