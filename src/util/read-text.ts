/** The body of an answer as text, when it has a length that such an answer can have. */

import type { HttpAnswer } from './fetch.ts'

/**
 * @param most in bytes, after unpacking
 * @throws Error when the body is longer; the rest of it is not fetched
 */
export async function readText({ body }: Pick<HttpAnswer, 'body'>, most: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop cancels the body.
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > most) throw new Error(`the answer is longer than ${most >> 20} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
