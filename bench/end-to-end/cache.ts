/** Where rescue systems for QEMU are kept: making them takes a minute. */

import { join } from 'node:path'
import { ROOT } from '../../test/support/command.ts'

export const CACHE_ENV = { XDG_CACHE_HOME: join(ROOT, 'node_modules', '.cache', 'talos-image-qemu') } as const
