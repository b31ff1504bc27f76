/** Several projects of one emulated cloud, each with a token in an environment variable of its own. */

import type { SandboxOptions } from 'hcloud-sandbox'
import * as v from 'valibot'
import { Image, Server, SshKey } from '../../src/hetzner/wire.ts'
import { createProject, type Project } from './project.ts'

export interface Projects extends AsyncDisposable {
  readonly cloud: Project
  /** The environment that points a command here: the tokens are in `HCLOUD_TOKEN_NAME`. */
  readonly env: Readonly<Record<string, string>>
  /** `--project` for each of them. */
  readonly flags: readonly string[]
  /** Sends a request with the token of a project. */
  api<T extends v.GenericSchema>(
    project: string,
    schema: T,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<v.InferOutput<T>>
  snapshots(project: string): Promise<Image[]>
  /** Servers, SSH keys and unpublished snapshots: what no run may leave behind. */
  remains(project: string): Promise<string[]>
}

type Name = `${string}` | `${string}:read-only`

/** Starts them. @param names with `:read-only` behind those whose token may only read */
export async function createProjects(
  names: readonly [Name, ...Name[]],
  options: Partial<SandboxOptions> = {},
): Promise<Projects> {
  const grant = (name: Name) => {
    const [project = '', right] = name.split(':')
    return { project, token: project.padEnd(64, 'x7Q'), readOnly: right === 'read-only' }
  }
  const [first, ...rest] = names
  const grants = [grant(first), ...rest.map(grant)] as const
  const cloud = await createProject({ ...options, tokens: grants })
  const tokenOf = (project: string): string => grants.find((one) => one.project === project)?.token ?? ''
  const api: Projects['api'] = async (project, schema, method, path, body) => {
    const response = await fetch(`${cloud.endpoint}${path}`, {
      method,
      headers: { Authorization: `Bearer ${tokenOf(project)}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    return v.parse(schema, await response.json())
  }
  const snapshots = async (project: string): Promise<Image[]> =>
    (await api(project, v.object({ images: v.array(Image) }), 'GET', '/images?type=snapshot&sort=id')).images
  return {
    cloud,
    env: {
      HCLOUD_ENDPOINT: cloud.endpoint,
      TALOS_IMAGE_FACTORY_URL: cloud.factoryUrl,
      TALOS_IMAGE_SSH_PORT: String(cloud.sshPort),
      ...Object.fromEntries(grants.map(({ project, token }) => [`HCLOUD_TOKEN_${project.toUpperCase()}`, token])),
    },
    flags: grants.flatMap(({ project }) => ['--project', project]),
    api,
    snapshots,
    async remains(project) {
      const { servers } = await api(project, v.object({ servers: v.array(Server) }), 'GET', '/servers')
      const { ssh_keys: keys } = await api(project, v.object({ ssh_keys: v.array(SshKey) }), 'GET', '/ssh_keys')
      const unpublished = (await snapshots(project)).filter(({ labels }) => labels['talos-image/lease'] !== undefined)
      return [...servers, ...keys].map(({ name }) => name).concat(unpublished.map(({ id }) => `snapshot ${id}`))
    },
    [Symbol.asyncDispose]: () => cloud.close(),
  }
}
