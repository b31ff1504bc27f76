import { randomInt } from 'node:crypto'

/**
 * A token as Hetzner's look. It opens nothing but the sandbox, but with it commands run as the sandbox's owner: other
 * users of this computer, who can reach its loopback network, must not know it.
 */
export function makeToken(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 64 }, () => letters.charAt(randomInt(letters.length))).join('')
}
