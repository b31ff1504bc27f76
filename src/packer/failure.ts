/** Problems made of Packer's error messages. */

import { type ErrorCode, type Problem, TalosImageError } from '../errors.ts'
import type { TargetState } from './progress.ts'

/** The code of a problem, by what the errors of the API and of Packer hold. */
const CODES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/\((?:unauthorized|token_readonly)\b/, 'token'],
  [/\((?:resource_unavailable|placement_error)\b/, 'stock'],
  [/\(resource_limit_exceeded\b/, 'limit'],
  [/timeout waiting for ssh|ssh handshake/i, 'ssh'],
]

const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  token: 'the token was refused, or may only read: check HCLOUD_TOKEN',
  stock: 'Packer tries one place only: set another server_type or server_location, or leave --engine packer out',
  limit: 'delete servers that are not needed, or build one image at a time with --arch',
}

/** Why an image was not built. @param errors those of the whole run */
export function toFailure(target: TargetState | undefined, errors: readonly string[], end: number | string): Problem {
  const reason = target?.error ?? errors.at(-1) ?? `it ended with ${end} and made no snapshot`
  const lines = (target?.lastLines ?? []).filter((line) => !reason.includes(line) && !line.includes(reason))
  const code = CODES.find(([words]) => words.test(reason))?.[1] ?? 'packer'
  return {
    code,
    message: [`Packer: ${reason.trim()}`, ...lines.map((line) => `  | ${line}`)].join('\n'),
    hint: HINTS[code] ?? "the lines above are the last of Packer's output; --debug-log FILE keeps all of it",
  }
}

/** The error when Packer cannot start. @param what it was to do, for the message */
export function toRefusal(what: string, errors: readonly string[], end: number | string): TalosImageError {
  return new TalosImageError({
    code: 'packer',
    message: `Packer could not ${what}: ${errors.join('\n').trim() || `it ended with ${end}`}`,
    hint: "nothing was created; see Packer's message, or leave --engine packer out",
  })
}
