/** What the environment says about the sandbox. */

import { isAbsolute, join } from 'node:path'
import { TalosImageError } from '../errors.ts'
import { defaultStateDir } from '../sandbox/state/directory.ts'
import type { Io } from './io.ts'

export interface SandboxSettings {
  readonly stateDir: string
  readonly cacheDir: string
  readonly imageDiskBytes: number | undefined
}

/**
 * `XDG_STATE_HOME` decides where its state is, `TALOS_IMAGE_SANDBOX_IMAGE_MIB` how large the Factory's disks are.
 * @throws TalosImageError `usage` for a size that is none
 */
export function toSandboxOptions({ env, home }: Pick<Io, 'env' | 'home'>): SandboxSettings {
  const imageMib = env.TALOS_IMAGE_SANDBOX_IMAGE_MIB
  return {
    stateDir: defaultStateDir(env, home),
    cacheDir: join(
      isAbsolute(env.XDG_CACHE_HOME ?? '') ? (env.XDG_CACHE_HOME ?? '') : join(home, '.cache'),
      'talos-image',
    ),
    imageDiskBytes: imageMib === undefined || imageMib === '' ? undefined : readMib(imageMib),
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
