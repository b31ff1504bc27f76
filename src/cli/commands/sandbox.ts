/** `talos-image sandbox`: the emulated cloud alone, for other programs to use. */

import { once } from 'node:events'
import { resolve } from 'node:path'
import { type Sandbox, startSandbox } from 'hcloud-sandbox'
import { TalosImageError } from '../../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { formatFaultLine, formatRequestLine } from '../render/request-line.ts'
import { findStartFlags, readSandboxFlags, type SandboxFlags } from '../sandbox-flags.ts'
import { toSandboxOptions } from '../sandbox-options.ts'

/** Runs in the foreground until it is interrupted; prints the environment that points programs at it. */
export async function runSandbox(io: Io, flags: SandboxFlags): Promise<number> {
  const { state, verbose = false } = flags
  const settings = toSandboxOptions(io)
  const log = verbose ? (line: string): void => io.err(`${line}\n`) : undefined
  await using sandbox = await startSandbox({
    ...settings,
    ...(state === undefined ? {} : { stateDir: resolve(io.cwd, state) }),
    ...(await readSandboxFlags(io, flags)),
    onRequest: (request) => log?.(formatRequestLine(request, new Date())),
    onFault: (text) => log?.(formatFaultLine(text, new Date())),
    signal: io.signal,
  })
  if (sandbox.attached) {
    refuseStartFlags(sandbox, flags)
    io.out(formatEnvironment(sandbox))
    io.err('A sandbox runs already on this state; these are its addresses.\n')
    return EXIT.success
  }
  io.endsBySignal('\nEnding the sandbox; what was made in it stays.\n')
  io.out(formatEnvironment(sandbox))
  io.err(formatNotes(sandbox))
  if (!io.signal.aborted) await once(io.signal, 'abort')
  return EXIT.success
}

/** Whoever asks for faults or a port must not believe that they are there. */
function refuseStartFlags({ stateDir }: Sandbox, flags: SandboxFlags): void {
  const names = findStartFlags(flags)
  if (names.length === 0) return
  throw new TalosImageError({
    code: 'usage',
    message: `a sandbox runs already on ${stateDir}, and ${names.join(', ')} can only be given at its start`,
    hint: 'end it with Ctrl-C first, or start another one on another folder: --state DIR',
  })
}

/** Lines that shells, `docker --env-file` and others read. */
function formatEnvironment({ endpoint, token, tokens, factoryUrl, sshPort }: Sandbox): string {
  const [, ...others] = tokens
  const named = tokens.map(({ project, token: own }) => [
    `HCLOUD_TOKEN_${project.toUpperCase().replaceAll('-', '_')}`,
    own,
  ])
  const lines = [
    ['HCLOUD_ENDPOINT', endpoint],
    ['HCLOUD_TOKEN', token],
    ['TALOS_IMAGE_FACTORY_URL', factoryUrl],
    ['TALOS_IMAGE_SSH_PORT', String(sshPort)],
    ...(others.length === 0 ? [] : named),
  ]
  return lines.map(([name, value]) => `${name}=${value}\n`).join('')
}

function formatNotes({ stateDir, sshPort, machines, machinesNote, recovered }: Sandbox): string {
  const notes = [
    `The sandbox runs. Its state: ${stateDir}`,
    ...(recovered ? ['An earlier one was killed; what it left running was tidied up.'] : []),
    machines === 'none' ? machinesNote : `${machinesNote} SSH is on port ${sshPort}.`,
    'Commands with --sandbox use it while it runs. To point other programs at it, in another terminal:',
    '  export $(talos-image sandbox)',
    'Ctrl-C ends it; what was made in it stays.',
  ]
  return `\n${notes.map((note) => `${note}\n`).join('')}\n`
}
