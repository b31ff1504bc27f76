/** Where the sandbox keeps its state. */

import { isAbsolute, join } from 'node:path'

/**
 * The default state directory: `talos-image/sandbox` in `XDG_STATE_HOME`, else in `~/.local/state`.
 * A relative `XDG_STATE_HOME` counts as not set, as the XDG Base Directory Specification wants it.
 * @param env environment variables
 * @param home the user's home directory, absolute
 */
export function defaultStateDir(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const given = env.XDG_STATE_HOME ?? ''
  return join(isAbsolute(given) ? given : join(home, '.local', 'state'), 'talos-image', 'sandbox')
}
