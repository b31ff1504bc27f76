/** Where rescue systems for QEMU are kept: making them takes a minute. */

import { join } from 'node:path'
import { ROOT } from '../../test/support/command.ts'

export const CACHE_ENV = { XDG_CACHE_HOME: join(ROOT, 'node_modules', '.cache', 'talos-image-qemu') } as const

/** The command's own folder in there. */
export const RESCUE_CACHE = join(CACHE_ENV.XDG_CACHE_HOME, 'talos-image')
