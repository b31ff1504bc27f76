/** Which talos-image this is. */

import packageJson from '../../package.json' with { type: 'json' }

export const VERSION = packageJson.version

/** How the tool introduces itself to servers. */
export const USER_AGENT = `talos-image/${VERSION}`
