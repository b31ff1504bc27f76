/** What is answered when no route has answered. */

import { COVERAGE } from './coverage.ts'
import { ApiFault } from './errors.ts'

const KNOWN_PATHS = [...new Set(Object.keys(COVERAGE).map((operation) => operation.replace(/^\S+ /, '')))].map(
  (path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[0-9]+')}$`),
)

/**
 * 405 for a path that has other methods here, 404 for any other.
 * @param path without the `/v1` in front
 */
export function unknownOperation(method: string, path: string): ApiFault {
  const message = `the sandbox has no ${method} ${path}`
  return KNOWN_PATHS.some((known) => known.test(path))
    ? new ApiFault(405, 'method_not_allowed', message)
    : new ApiFault(404, 'not_found', message)
}
