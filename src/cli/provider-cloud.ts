/** How Terraform's provider reaches its project and the Image Factory: as the command does, with the settings of the provider's block. */

import { TalosImageError, throwProblems } from '../errors.ts'
import type { CloudSettings, OpenCloud, OpenedCloud } from '../provider/session.ts'
import { findCloudProblems, NO_TOKEN, openCloud, openFactory } from './cloud.ts'
import { findFactoryProblems, publicFactoryUrlOf } from './connection.ts'
import type { Io } from './io.ts'

export const openForProvider =
  (io: Io): OpenCloud =>
  ({ token, endpoint, ...settings }) => {
    const env = {
      ...io.env,
      ...(token === undefined ? {} : { HCLOUD_TOKEN: token }),
      ...(endpoint === undefined ? {} : { HCLOUD_ENDPOINT: endpoint }),
    }
    // A context of `hcloud` is for people at a terminal.
    const isProjectless = !settings.sandbox && (env.HCLOUD_TOKEN ?? '').trim() === ''
    return (isProjectless ? openWithoutProject : openProject)({ ...io, env, stdinIsTerminal: false }, settings)
  }

type Settings = Omit<CloudSettings, 'token' | 'endpoint'>

async function openProject(io: Io, { onDelay, trace, ...options }: Settings): Promise<OpenedCloud> {
  throwProblems([...findCloudProblems(io, options), ...findFactoryProblems(io, options)])
  const opening = openCloud(io, { ...options, needsMachines: true }, { onDelay, trace })
  return opening.catch((error: unknown) => {
    // That it cannot be a token is found by the client, which does not know where it is from.
    if (!(error instanceof TalosImageError) || error.code !== 'token') throw error
    const { code, message, hint } = error
    throw new TalosImageError({ code, message, hint, at: NO_TOKEN.at })
  })
}

async function openWithoutProject(io: Io, options: Settings): Promise<OpenedCloud> {
  const { factory } = await openFactory(io, options)
  const factoryUrl = publicFactoryUrlOf(io, options)
  return { hetzner: NO_TOKEN, factory, factoryUrl, sshPort: 0, talosPort: 0, close: async () => {} }
}
