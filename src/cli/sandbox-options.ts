/** What the environment says about the sandbox. */

import { isAbsolute, join, resolve } from 'node:path'
import type { AnsweredExchange } from 'hcloud-sandbox'
import { defaultStateDir } from 'hcloud-sandbox'
import { TalosImageError } from '../errors.ts'
import { openAnswerRecord } from './answer-record.ts'
import type { Io } from './io.ts'

export interface SandboxSettings {
  readonly stateDir: string
  readonly cacheDir: string
  readonly imageDiskBytes: number | undefined
  readonly onAnswer: ((exchange: AnsweredExchange) => void) | undefined
}

/**
 * `TALOS_IMAGE_SANDBOX_STATE`, else `XDG_STATE_HOME`, decides where its state is, `TALOS_IMAGE_SANDBOX_IMAGE_MIB` how large
 * the Factory's disks are, `TALOS_IMAGE_SANDBOX_RECORD` which file is told of all answers.
 * @throws TalosImageError `usage` for a size that is none, or a file that cannot be written
 */
export function toSandboxOptions({ env, home, cwd }: Pick<Io, 'env' | 'home' | 'cwd'>): SandboxSettings {
  const state = env.TALOS_IMAGE_SANDBOX_STATE ?? ''
  const record = env.TALOS_IMAGE_SANDBOX_RECORD ?? ''
  const imageMib = env.TALOS_IMAGE_SANDBOX_IMAGE_MIB
  return {
    stateDir: state === '' ? defaultStateDir(env, home) : resolve(cwd, state),
    cacheDir: join(
      isAbsolute(env.XDG_CACHE_HOME ?? '') ? (env.XDG_CACHE_HOME ?? '') : join(home, '.cache'),
      'talos-image',
    ),
    imageDiskBytes: imageMib === undefined || imageMib === '' ? undefined : readMib(imageMib),
    onAnswer: record === '' ? undefined : openAnswerRecord(resolve(cwd, record)),
  }
}

function readMib(text: string): number {
  const mib = Number(text)
  if (Number.isInteger(mib) && mib >= 8 && mib <= 16_384) return mib * (1 << 20)
  throw new TalosImageError({
    code: 'usage',
    message: `"${text}" is no size for the sandbox's disk images`,
    at: { kind: 'env', name: 'TALOS_IMAGE_SANDBOX_IMAGE_MIB' },
    hint: 'give a whole number of MiB from 8 to 16384',
  })
}
