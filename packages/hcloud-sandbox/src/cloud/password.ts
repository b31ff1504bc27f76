import { randomInt } from 'node:crypto'

const LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A root password: 20 letters and digits that cannot be mistaken for each other. */
export function createPassword(): string {
  return Array.from({ length: 20 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('')
}
