/** What all resources of one configured provider share: the project, the Image Factory, and one run for everything that is built. */

import type { Problem } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import type { HetznerClient } from '../hetzner/client.ts'

/** How the provider is configured; what is not set is taken from the environment, as the command does. */
export interface CloudSettings {
  readonly token: string | undefined
  readonly endpoint: string | undefined
  readonly factoryUrl: string | undefined
  readonly sandbox: boolean
  readonly sshPort: number | undefined
  /** Is told of what takes long. */
  readonly onDelay: (text: string) => void
  readonly signal: AbortSignal
}

export interface OpenedCloud {
  /** The problem that there is no token: what needs none works all the same. */
  readonly hetzner: HetznerClient | Problem
  readonly factory: FactoryClient
  /** What the Factory is called in references of installers. */
  readonly factoryUrl: string
  readonly sshPort: number
  /** Leaves a sandbox. */
  close(): Promise<void>
}

/** @throws TalosImageError what is wrong with the settings, or keeps the sandbox from running */
export type OpenCloud = (settings: CloudSettings) => Promise<OpenedCloud>
