/** Which numbers are taken as ports and as waits, wherever they come from. */

/** The longest that anything is waited for, in milliseconds: a timer that is set for more than 24 days ends at once. */
export const MOST_WAIT_MS = 24 * 60 * 60_000

/** Whether it is the number of a port. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}
