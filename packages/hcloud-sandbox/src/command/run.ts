/** A command that runs a sandbox in the foreground, for other programs to use. */

import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { SandboxError } from '../errors.ts'
import { MACHINE_KINDS } from '../machines/index.ts'
import type { AnsweredRequest, Sandbox } from '../options.ts'
import { startSandbox } from '../sandbox.ts'
import { type CommandEnvironment, type CommandNames, readSandboxEnvironment } from './environment.ts'
import type { SandboxFlags } from './flags.ts'
import { findStartFlags, readSandboxFlags } from './read-flags.ts'

/** The process, as the command sees it. */
export interface CommandHost extends CommandEnvironment {
  /** Writes results. */
  readonly out: (text: string) => void
  /** Writes everything else. */
  readonly err: (text: string) => void
  /** Aborts when the user wants to stop. */
  readonly signal: AbortSignal
  /** A signal is the usual end of this command: `text` is to be shown then. */
  readonly endsBySignal: (text: string) => void
}

/**
 * Runs a sandbox until the signal aborts; prints the environment that points programs at it. When one runs already on the
 * same state, prints the environment of that one and returns; when that one ends with the programs that use it, this is one.
 * @throws SandboxError `usage` when the flags or the environment are wrong; `sandbox` when it cannot run here
 */
export async function runSandboxCommand(host: CommandHost, names: CommandNames, flags: SandboxFlags): Promise<void> {
  const { state, verbose = false } = flags
  const settings = readSandboxEnvironment(host, names)
  const log = verbose ? (line: string): void => host.err(`${line}\n`) : undefined
  const lost = new AbortController()
  await using sandbox = await startSandbox({
    ...settings,
    onLost: (error) => lost.abort(error),
    ...(state === undefined ? {} : { stateDir: resolve(host.cwd, state) }),
    ...(await readSandboxFlags(host.cwd, flags)),
    onRequest: (request) => log?.(formatRequestLine(request, new Date())),
    onFault: (text) => log?.(formatFaultLine(text, new Date())),
    onProgress: (line) => host.err(`${line}\n`),
    signal: host.signal,
  })
  if (sandbox.attached) refuseStartFlags(sandbox, flags)
  const isKept = sandbox.attached && !sandbox.endsWithClients
  if (!isKept) host.endsBySignal('\nEnding the sandbox; what was made in it stays.\n')
  host.out(formatEnvironment(sandbox))
  if (isKept) {
    host.err('A sandbox runs already on this state; these are its addresses.\n')
    return
  }
  host.err(formatNotes(sandbox, names, host.home))
  const ends = [host.signal, lost.signal]
  if (!ends.some(({ aborted }) => aborted)) await Promise.race(ends.map((signal) => once(signal, 'abort')))
  lost.signal.throwIfAborted()
  if (sandbox.clients() === 0) return
  host.err('Other commands still use it, and it ends with them. Press Ctrl-C again to end it at once.\n')
  await sandbox.unused()
}

/** Settings that a running sandbox cannot take over must not be ignored silently. */
function refuseStartFlags({ stateDir }: Sandbox, flags: SandboxFlags): void {
  const names = findStartFlags(flags)
  if (names.length === 0) return
  throw new SandboxError({
    code: 'usage',
    message: `a sandbox runs already on ${stateDir}, and ${names.join(', ')} can only be given at its start`,
    hint: 'end it, or what uses it, first; or start another one on another folder: --state DIR',
  })
}

/** Lines that shells, `docker --env-file` and others read. */
function formatEnvironment({ endpoint, token, tokens, factoryUrl, sshPort, talosPort }: Sandbox): string {
  const [, ...others] = tokens
  const named = tokens.map(({ project, token: own }) => [
    `HCLOUD_TOKEN_${project.toUpperCase().replaceAll('-', '_')}`,
    own,
  ])
  const lines = [
    ['HCLOUD_ENDPOINT', endpoint],
    // Where official clients look for what is no part of the cloud: storage boxes.
    ['HETZNER_ENDPOINT', endpoint],
    ['HCLOUD_TOKEN', token],
    ['TALOS_IMAGE_FACTORY_URL', factoryUrl],
    ['TALOS_IMAGE_FACTORY_EMULATES', 'https://factory.talos.dev'],
    ['TALOS_IMAGE_SSH_PORT', String(sshPort)],
    ['TALOS_IMAGE_TALOS_PORT', String(talosPort)],
    ...(others.length === 0 ? [] : named),
  ]
  return lines.map(([name, value]) => `${name}=${value}\n`).join('')
}

function formatNotes(
  { stateDir, sshPort, machines, machinesNote, recovered }: Sandbox,
  names: CommandNames,
  home: string | undefined,
): string {
  const isWithoutSsh = MACHINE_KINDS.find(({ name }) => name === machines)?.runsCommands === false
  const notes = [
    `The sandbox runs. Its state: ${stateDir}`,
    ...(recovered ? ['An earlier one was killed; what it left running was cleaned up.'] : []),
    isWithoutSsh ? machinesNote : `${machinesNote} SSH is on port ${sshPort}.`,
    `${names.note === undefined ? '' : `${names.note} `}To point other programs at it, in another terminal:`,
    `  export $(${names.command}${stateFlag(stateDir, names, home)})`,
    'Ctrl-C ends it; what was made in it stays.',
  ]
  return `\n${notes.map((note) => `${note}\n`).join('')}\n`
}

/** What leads another terminal to the same state; empty for the usual one. */
function stateFlag(stateDir: string, { stateFolder }: CommandNames, home: string | undefined): string {
  if (home !== undefined && stateDir === join(home, '.local/state', stateFolder)) return ''
  return ` --state ${/^[\w@%+=:,./-]+$/.test(stateDir) ? stateDir : `'${stateDir.replaceAll("'", `'\\''`)}'`}`
}

/** `21:30:01  cloud    201  POST    /v1/servers  12 ms` */
function formatRequestLine({ server, method, path, search, status, ms }: AnsweredRequest, now: Date): string {
  const code = status === 0 ? '---' : String(status)
  return `${formatClock(now)}  ${server.padEnd(7)}  ${code}  ${method.padEnd(6)}  ${path}${decode(search)}  ${Math.round(ms)} ms`
}

/** `21:30:01  fault    api DELETE /servers/* 500` */
function formatFaultLine(text: string, now: Date): string {
  return `${formatClock(now)}  fault    ${text}`
}

const formatClock = (now: Date): string => now.toTimeString().slice(0, 8)

/** As a person writes it, unless that could not be told from the rest of the line. */
function decode(search: string): string {
  try {
    const text = decodeURIComponent(search)
    return /^[\x21-\x7e]*$/.test(text) ? text : search
  } catch {
    return search
  }
}
