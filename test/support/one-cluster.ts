/** A directory with one template for each architecture, as modules that build the images of one cluster have it. */

import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { COMMAND, ROOT } from './command.ts'
import type { Workspace } from './workspace.ts'

export const GENERIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
export const VERSION = 'v1.12.2'
/** By which such a module finds its snapshot. */
export const SELECTOR = `os=talos,cluster=prod,talos_version=${VERSION},talos_schematic_id=${GENERIC.slice(0, 32)}`
export const X86_TEMPLATE = 'image_amd64.pkr.hcl'

/** The values that such a module gives, each as an argument of its own. */
export function toVars(factoryUrl: string, change: Readonly<Record<string, string>> = {}): string[] {
  const values = {
    cluster_name: 'prod',
    server_type: 'cx23',
    server_location: 'fsn1',
    talos_version: VERSION,
    talos_schematic_id: GENERIC,
    talos_image_url: `${factoryUrl}/image/${GENERIC}/${VERSION}/hcloud-amd64.raw.xz`,
    ...change,
  }
  return Object.entries(values).flatMap(([name, value]) => ['-var', `${name}=${value}`])
}

/** Writes the directory into a workspace; gives its path. @param sshPort what the sources say of it, if anything */
export async function writeOneCluster({ root }: Workspace, sshPort?: number): Promise<string> {
  const directory = join(root, 'packer')
  await cp(join(ROOT, 'test/fixtures/templates/one-cluster'), directory, { recursive: true })
  if (sshPort !== undefined) {
    const file = join(directory, X86_TEMPLATE)
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('ssh_username = "root"', `$&\n  ssh_port = ${sshPort}`))
  }
  return directory
}

/** Makes a link to the command that is called `packer`; gives the PATH in which it is the first. */
export async function linkAsPacker({ root }: Workspace): Promise<string> {
  const folder = join(root, 'linked')
  await mkdir(folder)
  await symlink(COMMAND.at(-1) ?? '', join(folder, 'packer'))
  return `${folder}:${process.env.PATH}`
}
