/** The command as Terraform's provider. */

import { TalosImageError } from '../errors.ts'
import { createLog } from '../provider/protocol/log.ts'
import { serveProvider } from '../provider/protocol/serve.ts'
import { createProvider, SOURCE } from '../provider/provider.ts'
import { EXIT } from './exit-codes.ts'
import { isHosted } from './invocation.ts'
import type { Io } from './io.ts'
import { openForProvider } from './provider-cloud.ts'

const DEBUG = '--debug'

/**
 * Serves Terraform until it needs it no more.
 * @throws TalosImageError `usage` when Terraform has not started it
 */
export async function runProvider(io: Io, process: NodeJS.Process): Promise<number> {
  const isDebugging = process.argv[2] === DEBUG
  if (!isHosted(process) && !isDebugging) {
    throw new TalosImageError({
      code: 'usage',
      message: 'this is a provider for Terraform, which starts it itself',
      hint: `name it in a configuration: required_providers { talosimage = { source = "${SOURCE}" } }; ${DEBUG} lets it run on its own, for a debugger`,
    })
  }
  await serveProvider({
    definition: createProvider(openForProvider(io)),
    env: io.env,
    platform: process.platform,
    print: io.out,
    log: createLog(io.err),
    signal: io.signal,
    debug: isDebugging ? { source: SOURCE, pid: process.pid } : undefined,
  })
  return EXIT.success
}
