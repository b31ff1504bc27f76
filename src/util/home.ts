/** The home folder of the user. */

import { homedir, userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

/** Absolute; undefined when this user has none. A HOME that is empty or relative counts as not set. */
export function findHome(): string | undefined {
  for (const look of [homedir, () => userInfo().homedir]) {
    try {
      const home = look()
      if (isAbsolute(home)) return home
    } catch {
      // This user does not stand in the list of users.
    }
  }
  return undefined
}
