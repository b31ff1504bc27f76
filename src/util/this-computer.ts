/** Whether a host is this computer, so that nobody else is on the way to it. */

/** @param hostname as a URL has it: an IPv6 address stands in brackets */
export function isThisComputer(hostname: string): boolean {
  return /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
