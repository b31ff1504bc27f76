/** Keeps the build server of an image that failed, for people to look at it. */

import type { Problem } from '../errors.ts'
import { keptLabels } from '../plan/labels.ts'
import type { PlannedImage } from '../plan/plan.ts'
import type { KeptServer } from './failed-server.ts'
import type { ImageBuild } from './run.ts'

/** How long a kept server is no abandoned one, in milliseconds; a later run then removes it. */
const KEPT_MS = 8 * 3_600_000

/** Asks what becomes of the server of a failed image, if it has one. An interrupted run removes everything. */
export async function keepFailed(
  build: ImageBuild,
  image: PlannedImage,
  problem: Problem,
): Promise<KeptServer | undefined> {
  const [server] = build.live
  if (build.onError === undefined || server === undefined || build.signal.aborted) return undefined
  const { name, host } = server
  try {
    const port = image.ssh.port ?? build.sshPort
    const { privateKey } = build.key.pair
    const login = await build.onError({ run: build.id, image: image.name, problem, name, host, port, privateKey })
    if (login === undefined || build.signal.aborted) return undefined
    const untilMs = build.hetzner.now() + KEPT_MS
    await server.keep(keptLabels(build.id, untilMs))
    build.emit({ type: 'note', image: image.name, text: `the server ${name} is kept` })
    return { name, login, untilMs }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    build.emit({ type: 'note', image: image.name, text: `the server ${name} could not be kept: ${why}` })
    return undefined
  }
}
