/** What the environment says about a sandbox. */

import { appendFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { SandboxError } from '../errors.ts'

/** What the command that starts a sandbox is called, and where it keeps things. */
export interface CommandNames {
  /** As it is typed: `hcloud-sandbox`. */
  readonly command: string
  /** What its environment variables begin with: `HCLOUD_SANDBOX`. */
  readonly variables: string
  /** Below `XDG_STATE_HOME`, else `~/.local/state`. */
  readonly stateFolder: string
  /** Below `XDG_CACHE_HOME`, else `~/.cache`. */
  readonly cacheFolder: string
  /** A line about other commands that use the sandbox while it runs. */
  readonly note?: string
}

/** Those of the package's own command. */
export const HCLOUD_SANDBOX: CommandNames = {
  command: 'hcloud-sandbox',
  variables: 'HCLOUD_SANDBOX',
  stateFolder: 'hcloud-sandbox',
  cacheFolder: 'hcloud-sandbox',
}

/** The process, as far as a sandbox's settings depend on it. */
export interface CommandEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's home directory, absolute; undefined when there is none. */
  readonly home: string | undefined
  readonly cwd: string
}

export interface EnvironmentSettings {
  readonly stateDir: string
  /** undefined when there is no place for it. */
  readonly cacheDir: string | undefined
  readonly imageDiskBytes: number | undefined
  readonly recordFile: string | undefined
  /** The variable that says where the state is. */
  readonly setting: string
}

/**
 * `..._STATE` decides where the state is, `..._IMAGE_MIB` how large the Factory's disks are, `..._RECORD` which file gets
 * every answer of the cloud. A relative `XDG_...` directory counts as not set, as the XDG Base Directory Specification has it.
 * @throws SandboxError `usage` for an invalid size, a file that cannot be written, or when there is no place for the state
 */
export function readSandboxEnvironment(
  { env, home, cwd }: CommandEnvironment,
  { variables, stateFolder, cacheFolder }: CommandNames,
): EnvironmentSettings {
  const state = env[`${variables}_STATE`] ?? ''
  const record = `${variables}_RECORD`
  const setting = `${variables}_STATE`
  const folder = (variable: string, fallback: string, below: string): string | undefined => {
    const said = env[variable] ?? ''
    if (isAbsolute(said)) return join(said, below)
    return home === undefined ? undefined : join(home, fallback, below)
  }
  const stateDir = state === '' ? folder('XDG_STATE_HOME', '.local/state', stateFolder) : resolve(cwd, state)
  if (stateDir === undefined) {
    const hint = `name one with ${setting}=DIR, or set HOME`
    throw new SandboxError({
      code: 'usage',
      message: "there is no folder for the sandbox's state: you have no home",
      hint,
    })
  }
  return {
    stateDir,
    setting,
    cacheDir: folder('XDG_CACHE_HOME', '.cache', cacheFolder),
    imageDiskBytes: readMib(`${variables}_IMAGE_MIB`, env[`${variables}_IMAGE_MIB`] ?? ''),
    recordFile: (env[record] ?? '') === '' ? undefined : openRecord(record, resolve(cwd, env[record] ?? '')),
  }
}

function readMib(name: string, text: string): number | undefined {
  if (text === '') return undefined
  const mib = Number(text)
  if (Number.isInteger(mib) && mib >= 8 && mib <= 16_384) return mib * (1 << 20)
  throw new SandboxError({
    code: 'usage',
    message: `"${text}" is not a size for the sandbox's disk images`,
    at: { kind: 'env', name },
    hint: 'give a whole number of MiB from 8 to 16384',
  })
}

/** @returns the file, which can be added to. What is in it stays. */
function openRecord(name: string, file: string): string {
  try {
    appendFileSync(file, '', { mode: 0o600 })
    return file
  } catch (cause) {
    throw new SandboxError(
      {
        code: 'usage',
        message: `the record of answers cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
        at: { kind: 'env', name },
        hint: 'name a file in a folder that exists',
      },
      { cause },
    )
  }
}
