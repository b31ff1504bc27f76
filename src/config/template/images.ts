/** What a template builds: one image for each source of each build. */

import type { SshOver } from '../../domain.ts'
import type { Problem } from '../../errors.ts'
import type { ImageSource } from '../shell/values.ts'
import type { Sourced } from '../variables.ts'

/** What a template says about a build server; undefined where it says nothing. */
export interface TemplateServer {
  readonly systemImage: Sourced<string> | undefined
  readonly labels: ReadonlyMap<string, Sourced<string>>
  readonly firewalls: readonly Sourced<string>[]
  readonly networks: readonly Sourced<string>[]
  readonly ipv4: Sourced<boolean> | undefined
  readonly ipv6: Sourced<boolean> | undefined
  readonly sshOver: Sourced<SshOver> | undefined
  readonly sshPort: Sourced<number> | undefined
  /** Milliseconds. */
  readonly sshTimeoutMs: Sourced<number> | undefined
}

export interface TemplateImage {
  /** The source's name, such as `talos-arm`. */
  readonly source: string
  /** What `-only` of Packer calls it, such as `hcloud.talos-arm`. */
  readonly build: string
  /** Of its `snapshot_name`. */
  readonly description: Sourced<string>
  readonly labels: ReadonlyMap<string, Sourced<string>>
  /** What its provisioners write onto the disk. */
  readonly disk: Sourced<ImageSource>
  /** The SHA-256 that they want the disk's source to have. */
  readonly sha256: Sourced<string> | undefined
  /** The variable whose value the URL is, if it is one's. */
  readonly urlVariable: string | undefined
  readonly serverType: Sourced<string>
  readonly location: Sourced<string>
  readonly server: TemplateServer
  /** The API token that the template gives, if it gives one. */
  readonly token: Sourced<string> | undefined
}

/** The URL or the path of a disk. */
export function nameOfDisk({ disk: { value } }: Pick<TemplateImage, 'disk'>): string {
  return value.kind === 'file' ? value.path : value.url
}

export interface TemplateImages {
  readonly images: readonly TemplateImage[]
  /** The names of everything that could be chosen, builds and post-processors. */
  readonly names: readonly string[]
  /** The file in which the images are to be listed as in Packer's manifest. */
  readonly manifest: Sourced<string> | undefined
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}
