/** Which talos-image this is, and how it introduces itself to servers. */

import packageJson from '../../package.json' with { type: 'json' }

export const VERSION = packageJson.version

/** The `User-Agent` of every request: of the API's, the Factory's, those for image URLs, and the build server's download. */
export const USER_AGENT = `talos-image/${VERSION} (+${packageJson.homepage})`
