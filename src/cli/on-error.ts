/** `--on-error`: what becomes of the server of an image that failed, in the words of Packer. */

import { chmod, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Problem } from '../errors.ts'
import { quote } from '../remote/quote.ts'
import type { FailedServer, OnError } from '../run/failed-server.ts'
import { makeFolder } from '../util/make-folder.ts'
import type { BuildFlags } from './build-flags.ts'
import type { Io } from './io.ts'
import { oneLine } from './render/event-line.ts'
import { say } from './say.ts'

/** That there is no terminal to ask in, or that the server would end with the command anyhow. */
export function findOnErrorProblems(
  { stdinIsTerminal, errIsTerminal }: Io,
  { onError, sandbox }: Pick<BuildFlags, 'onError' | 'sandbox'>,
): Problem[] {
  const at = { kind: 'flag', name: '--on-error' } as const
  if (onError === undefined || onError === 'cleanup') return []
  if (sandbox === true) {
    const message = 'a server of --sandbox ends with this command, so that it cannot be kept'
    const hint = 'start one that stays, and build with the variables that it prints: `talos-image sandbox`'
    return [{ code: 'usage', message, at, hint }]
  }
  if (onError === 'abort' || (stdinIsTerminal && errIsTerminal)) return []
  const hint = 'use --on-error abort to keep the servers of all images that fail'
  return [{ code: 'usage', message: 'there is no terminal to ask in', at, hint }]
}

/** Does what the word says; undefined to remove every server. */
export function createOnError(io: Io, word: BuildFlags['onError']): OnError | undefined {
  if (word === undefined || word === 'cleanup') return undefined
  // One question at a time.
  let asked: Promise<unknown> = Promise.resolve()
  const isWanted = (failed: FailedServer): Promise<boolean> => {
    const { image, problem, name } = failed
    const answer = asked.then(async () => {
      const { confirm } = await import('./prompt/ask.ts')
      return confirm(
        io,
        oneLine(`${image}: ${problem.message}. Keep the server ${name} to look at it?`),
        'it is removed',
      )
    })
    asked = answer.catch(() => undefined)
    return answer
  }
  return async (failed) => {
    if (word === 'ask' && !(await isWanted(failed))) return undefined
    const { host, port } = failed
    const file = keyFileOf(io, failed.run)
    if (file === undefined) {
      say(io, 'The server is not kept, since there is no folder for the key to it: set HOME, or XDG_STATE_HOME')
      return undefined
    }
    await makeFolder(dirname(file), 0o700)
    await writeFile(file, failed.privateKey, { mode: 0o600 })
    // The mode above is for a new file only.
    await chmod(file, 0o600)
    return ['ssh', '-i', quote(file), ...(port === 22 ? [] : ['-p', String(port)]), `root@${host}`].join(' ')
  }
}

/** Removes the key to the servers of a run, once they are removed. */
export async function removeKey(io: Io, run: string): Promise<void> {
  const file = keyFileOf(io, run)
  if (file !== undefined) await rm(file, { force: true })
}

/** All servers of a run have one key. undefined when there is no folder for it. */
function keyFileOf({ env, home }: Io, run: string): string | undefined {
  const state = env.XDG_STATE_HOME || (home === undefined ? undefined : join(home, '.local', 'state'))
  return state === undefined ? undefined : join(state, 'talos-image', 'keys', run)
}
