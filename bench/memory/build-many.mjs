/**
 * `build-many.mjs NUMBER`: builds so many images in one run, as a program that uses the library does. A program of its own,
 * so that it can be measured.
 */

import { createHash } from 'node:crypto'
import { build, createFactoryClient, createHetznerClient, loadVariables, PLAIN_SERVER, plan } from '../../dist/index.js'

const number = Number(process.argv[2])
const { HCLOUD_ENDPOINT: endpoint, HCLOUD_TOKEN: token, TALOS_IMAGE_FACTORY_URL: url, SSH_PORT: port } = process.env

const hetzner = createHetznerClient({ endpoint, token })
const request = {
  variables: await loadVariables({ directory: undefined, varFiles: [], vars: [], env: {}, cwd: '/' }),
  architectures: ['x86'],
  roles: [undefined],
  roleSchematics: new Map(),
  sha256: {},
  force: false,
  noFallback: false,
  allowBiggerDisk: false,
  server: PLAIN_SERVER,
}
const { signal } = new AbortController()
const planned = await plan(request, { hetzner, factory: createFactoryClient({ url }), signal })
// Each has an identity of its own, as images of different schematics have.
const images = planned.images.flatMap((image) =>
  Array.from({ length: number }, (_, index) => ({
    ...image,
    name: `${image.name} ${index + 1}`,
    identity: createHash('sha256').update(`${image.identity} ${index}`).digest('hex').slice(0, 40),
  })),
)
const result = await build({ hetzner, plan: { ...planned, images }, sshPort: Number(port) })
const failed = result.images.filter(({ status }) => status !== 'built')
if (result.images.length !== number || failed.length + result.leftovers.length > 0) {
  throw new Error(JSON.stringify([result.images.length, failed.slice(0, 3), result.leftovers]))
}
