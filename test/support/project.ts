/** An emulated project in this process, that commands are pointed at, and that tests look into. */

import type { AnsweredRequest, SandboxOptions } from 'hcloud-sandbox'
import * as v from 'valibot'
import { vi } from 'vitest'
import { Image, Server, SshKey } from '../../src/hetzner/wire.ts'
import { type TestSandbox, testSandbox } from './sandbox.ts'

export interface Project extends TestSandbox {
  /** The environment that points a command here. */
  readonly env: Readonly<
    Record<'HCLOUD_ENDPOINT' | 'HCLOUD_TOKEN' | 'TALOS_IMAGE_FACTORY_URL' | 'TALOS_IMAGE_TALOS_PORT', string>
  >
  /** What `build` needs besides. */
  readonly sshFlags: readonly string[]
  /** All requests so far, in the order of their answers. */
  readonly log: readonly AnsweredRequest[]
  /** The requests to the cloud that changed something: `POST /servers`. */
  changes(): string[]
  /** Every attempt to change something in the cloud, whatever came of it. */
  attempts(): string[]
  /** Forgets the requests so far. */
  forget(): void
  snapshots(): Promise<Image[]>
  /** Makes a snapshot as any other program would; gives its ID. */
  addSnapshot(labels: Readonly<Record<string, string>>): Promise<number>
  /** Servers and SSH keys, and snapshots that are not published: what no run may leave behind. */
  remains(): Promise<string[]>
}

/** Starts a project; its disk images have 16 MiB, its servers' disks 64. Use it with `await using`. */
export async function createProject(options: Partial<SandboxOptions> = {}): Promise<Project> {
  const log: AnsweredRequest[] = []
  const sandbox = await testSandbox({
    ...options,
    onRequest: (request) => {
      log.push(request)
      options.onRequest?.(request)
    },
  })
  const { api, endpoint, token, factoryUrl, sshPort, talosPort } = sandbox
  const snapshots = async (): Promise<Image[]> =>
    (await api(v.object({ images: v.array(Image) }), 'GET', '/images?type=snapshot&sort=id&per_page=50')).images
  return {
    ...sandbox,
    env: {
      HCLOUD_ENDPOINT: endpoint,
      HCLOUD_TOKEN: token,
      TALOS_IMAGE_FACTORY_URL: factoryUrl,
      TALOS_IMAGE_TALOS_PORT: String(talosPort),
    },
    sshFlags: ['--ssh-port', String(sshPort)],
    log,
    changes: () => log.filter((request) => isAttempt(request) && request.status < 400).map(formatRequest),
    attempts: () => log.filter(isAttempt).map(formatRequest),
    forget: () => {
      log.length = 0
    },
    snapshots,
    addSnapshot: (labels) => addSnapshot(api, labels),
    async remains() {
      const { servers } = await api(v.object({ servers: v.array(Server) }), 'GET', '/servers')
      const { ssh_keys: keys } = await api(v.object({ ssh_keys: v.array(SshKey) }), 'GET', '/ssh_keys')
      const unpublished = (await snapshots()).filter(({ labels }) => labels['talos-image/lease'] !== undefined)
      return [...servers, ...keys].map(({ name }) => name).concat(unpublished.map(({ id }) => `snapshot ${id}`))
    },
  }
}

async function addSnapshot(api: TestSandbox['api'], labels: Readonly<Record<string, string>>): Promise<number> {
  const { server } = await api(v.object({ server: v.object({ id: v.number() }) }), 'POST', '/servers', {
    ...{ name: 'another', server_type: 'cx23', image: 'debian-13', location: 'fsn1', start_after_create: false },
  })
  // As long as something is under way, the server is locked.
  const once = <S extends v.GenericSchema>(schema: S, method: string, path: string, body?: unknown) =>
    vi.waitFor(() => api(schema, method, path, body), { timeout: 10_000 })
  const order = { type: 'snapshot', description: 'made by hand', labels }
  const { image } = await once(v.object({ image: Image }), 'POST', `/servers/${server.id}/actions/create_image`, order)
  await once(v.unknown(), 'DELETE', `/servers/${server.id}`)
  return image.id
}

const isAttempt = ({ server, method }: AnsweredRequest): boolean => server === 'cloud' && method !== 'GET'

const formatRequest = ({ method, path }: AnsweredRequest): string => `${method} ${path.replace(/^\/v1/, '')}`

/** The labels of a snapshot without this tool's own, which all begin with `talos-image/`. */
export function publicLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith('talos-image/')))
}
