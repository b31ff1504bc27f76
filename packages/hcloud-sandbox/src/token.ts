import { randomInt } from 'node:crypto'

/**
 * A token as Hetzner's look. It is valid for the sandbox only, but its holder can run commands as the sandbox's user: others on
 * this computer, who can reach its loopback, must not know it.
 */
export function makeToken(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 64 }, () => letters.charAt(randomInt(letters.length))).join('')
}
