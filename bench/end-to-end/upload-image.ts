/** hcloud-upload-image, or its pipeline when there is no such program. */

import { runCommand } from '../../test/support/command.ts'
import { openOwnFactory } from '../../test/support/own-factory.ts'
import { openProxy } from '../../test/support/proxy.ts'
import { DEVICE, measureLimit } from './limit.ts'
import type { Scene } from './scene.ts'

const PATIENCE_MS = 40 * 60_000
const API = 'api.hetzner.cloud'

/** As version 1.5 writes a disk (2026); it verifies nothing. */
const PIPELINE = (url: string): string =>
  `blkdiscard --force ${DEVICE}; wget --no-verbose -O - '${url}' | zstd -cd | dd of=${DEVICE} bs=4M conv=sparse && sync`

/**
 * How long a whole build takes, in milliseconds. Without the program: its pipeline, with the calls to the cloud as quick as
 * they can be, which no program is.
 * @param program the path of hcloud-upload-image
 */
export async function uploadImage(scene: Scene, serverType: string, program: string | undefined): Promise<number> {
  if (program === undefined) {
    const steps = await measureLimit(scene, serverType, PIPELINE)
    return [...steps.values()].reduce((all, ms) => all + ms, 0)
  }
  // It takes no endpoint, so a proxy and a certificate authority of our own let it reach the emulated cloud.
  const { origin } = new URL(scene.sandbox.env.HCLOUD_ENDPOINT ?? '')
  await using cloud = await openOwnFactory(origin, { names: [API] })
  await using proxy = await openProxy({ hosts: { [API]: cloud.url } })
  const env = {
    HOME: scene.sandbox.workspace.root,
    HCLOUD_TOKEN: scene.sandbox.env.HCLOUD_TOKEN ?? '',
    HTTPS_PROXY: proxy.url,
    SSL_CERT_FILE: cloud.caFile,
  }
  const image = ['--image-url', scene.assetUrl(undefined, 'x86', 'zst'), '--compression', 'zstd']
  const began = performance.now()
  const { code, stderr, stdout } = await runCommand(
    ['upload', ...image, '--server-type', serverType, '--location', 'fsn1'],
    { cwd: scene.directory, program: [program], env, timeoutMs: PATIENCE_MS },
  )
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${stdout.slice(-2000)}${stderr.slice(-2000)}`)
  return performance.now() - began
}
