import { randomInt } from 'node:crypto'

/**
 * A token as Hetzner's look. It opens nothing but the sandbox, but whoever has it runs commands as its owner: others on
 * this computer, who can reach its loopback, must not know it.
 */
export function makeToken(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 64 }, () => letters.charAt(randomInt(letters.length))).join('')
}
