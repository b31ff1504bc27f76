/**
 * The active context of the `hcloud` command, whose token is used when there is no HCLOUD_TOKEN. Source: hetznercloud/cli,
 * `internal/state/config`, November 2026.
 */

import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import type { Origin, Problem } from '../errors.ts'
import { errorCode } from '../util/error-code.ts'
import { didYouMean } from '../util/near.ts'
import { readTextFileSync } from '../util/read-text.ts'

export interface HcloudContext {
  readonly name: string
  readonly token: string
  /** The URL of the API that it names, if it does. */
  readonly endpoint: string | undefined
  /** The file that it stands in. */
  readonly path: string
  /** Whether other users of this computer may read the file. */
  readonly isOpen: boolean
}

const Preferences = v.optional(v.object({ endpoint: v.optional(v.string()) }))
const Config = v.object({
  active_context: v.optional(v.string(), ''),
  preferences: Preferences,
  contexts: v.optional(
    v.array(
      v.object({
        name: v.string(),
        token: v.optional(v.string(), ''),
        token_command: v.optional(v.string(), ''),
        preferences: Preferences,
      }),
    ),
    [],
  ),
})

/** The process as far as it is needed. */
interface Surroundings {
  readonly cwd: string
  readonly home: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The context that `hcloud` would use, or what is wrong with it; undefined when there is none. */
export function findHcloudContext({ cwd, home, env }: Surroundings): HcloudContext | Problem | undefined {
  const named = env.HCLOUD_CONFIG ?? ''
  if (named === '' && home === undefined) return undefined
  const path = named === '' ? join(home ?? '', '.config', 'hcloud', 'cli.toml') : resolve(cwd, named)
  const at: Origin = { kind: 'file', file: path }
  const wrong = (message: string, hint: string, where: Origin = at): Problem => ({
    code: 'token',
    message,
    at: where,
    hint: `${hint}, or set HCLOUD_TOKEN`,
  })
  let text: string
  try {
    text = readTextFileSync(path)
  } catch (error) {
    if (named === '' && ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined
    return wrong('the configuration of hcloud cannot be read', 'check the file')
  }
  const read = readConfig(text)
  // The parser's own message would quote the line, which may hold a token.
  if ('line' in read) return wrong('this is not TOML', 'correct it', { ...at, ...read })
  const { config } = read
  if (config === undefined) return wrong('this is not a configuration of hcloud', 'correct it')
  const fromEnv = env.HCLOUD_CONTEXT ?? ''
  const name = fromEnv === '' ? config.active_context : fromEnv
  if (name === '') return undefined
  const context = config.contexts.find((one) => one.name === name)
  if (context === undefined) {
    const near = didYouMean(
      name,
      config.contexts.map((one) => one.name),
    )
    return wrong(`hcloud has no context "${name}"`, near ?? 'choose one: hcloud context use NAME')
  }
  const { token, token_command: command } = context
  if (token === '') {
    return command === ''
      ? wrong(`the context "${name}" of hcloud has no token`, 'give it one')
      : wrong(
          `the context "${name}" of hcloud gets its token from a command, which is not run here`,
          'name another one',
        )
  }
  const endpoint = context.preferences?.endpoint ?? config.preferences?.endpoint
  if (endpoint !== undefined && !isHttpUrl(endpoint)) {
    return wrong(`the endpoint of the context "${name}" of hcloud is not an http or https URL`, 'correct it')
  }
  // Windows has no such bits.
  const isOpen = process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0
  return { name, token: token.trim(), endpoint, path, isOpen }
}

function readConfig(
  text: string,
): { config: v.InferOutput<typeof Config> | undefined } | { line: number; column: number } {
  try {
    const parsed = v.safeParse(Config, parse(text))
    return { config: parsed.success ? parsed.output : undefined }
  } catch (error) {
    if (error instanceof TomlError) return { line: error.line, column: error.column }
    throw error
  }
}

const isHttpUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
