/** The container images that `npm run container` makes: what they say, what is in them, and whether the command works there. */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FOLDER, VERSION } from '../support/executables.ts'
import { openContainer } from '../support/private-root.ts'
import { named } from '../support/programs.ts'

const LAYOUT = join(FOLDER, 'container')
const WHY_NOT = process.getuid?.() === 0 ? undefined : 'takes root'

const Descriptor = v.object({ mediaType: v.string(), digest: v.string(), size: v.number() })
const Index = v.object({
  manifests: v.array(
    v.object({ ...Descriptor.entries, platform: v.object({ architecture: v.string(), os: v.literal('linux') }) }),
  ),
})
const Layout = v.object({
  manifests: v.array(v.object({ ...Descriptor.entries, annotations: v.record(v.string(), v.string()) })),
})
const Manifest = v.object({ config: Descriptor, layers: v.array(Descriptor) })
const Config = v.object({
  architecture: v.string(),
  config: v.object({
    User: v.string(),
    Env: v.array(v.string()),
    Entrypoint: v.array(v.string()),
    Cmd: v.optional(v.array(v.string())),
    WorkingDir: v.string(),
    Labels: v.record(v.string(), v.string()),
  }),
})

const fileOf = ({ digest }: { readonly digest: string }): string => join(LAYOUT, 'blobs', digest.replace(':', '/'))
const read = async <T>(schema: v.GenericSchema<unknown, T>, file: string): Promise<T> =>
  v.parse(schema, JSON.parse(await readFile(file, 'utf8')))
const tar = async (...args: string[]): Promise<Buffer> =>
  (await promisify(execFile)('tar', args, { encoding: 'buffer', maxBuffer: 1e9 })).stdout

async function readImage(machine: string) {
  const { manifests } = await read(Layout, join(LAYOUT, 'index.json'))
  const [list] = manifests
  if (list === undefined) throw new Error('there is no image')
  const found = (await read(Index, fileOf(list))).manifests.find(({ platform }) => platform.architecture === machine)
  if (found === undefined) throw new Error(`there is no image for ${machine}`)
  const { config, layers } = await read(Manifest, fileOf(found))
  return { layers, ...(await read(Config, fileOf(config))) }
}

test('one name stands for the images of all machines', async () => {
  const { manifests } = await read(Layout, join(LAYOUT, 'index.json'))
  expect(manifests).toMatchObject([{ annotations: { 'org.opencontainers.image.ref.name': VERSION } }])
})

describe.each([
  { machine: 'amd64', executable: 'talos-image-linux-x64', libraries: 'x86_64-linux-gnu' },
  { machine: 'arm64', executable: 'talos-image-linux-arm64', libraries: 'aarch64-linux-gnu' },
])('the image for $machine', ({ machine, executable, libraries }) => {
  let image: Awaited<ReturnType<typeof readImage>>
  /** Mode, owner and path of everything in its layers. */
  let entries: string[]

  beforeAll(async () => {
    image = await readImage(machine)
    const listed = await Promise.all(image.layers.map((layer) => tar('-tvzf', fileOf(layer))))
    entries = listed.flatMap((lines) => String(lines).trim().split('\n'))
  })
  const withPath = (path: string): string[] => entries.filter((entry) => entry.split(' -> ')[0]?.endsWith(` ${path}`))

  test('starts the command as an ordinary user', () => {
    const { Labels, ...config } = image.config
    expect({ architecture: image.architecture, ...config }).toEqual({
      architecture: machine,
      User: '65532:65532',
      Entrypoint: ['/usr/bin/talos-image'],
      WorkingDir: '/work',
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/tmp'],
    })
    expect(Labels).toEqual({
      'org.opencontainers.image.title': 'talos-image',
      'org.opencontainers.image.description': 'Builds Talos Linux snapshots in Hetzner Cloud',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.version': VERSION,
      'org.opencontainers.image.revision': expect.stringMatching(/^[0-9a-f]{40}$/),
    })
  })

  test('holds the executable, as it is, and the libraries of its machine', async () => {
    expect(withPath('usr/bin/talos-image')).toEqual([
      expect.stringMatching(/^-rwxr-xr-x 0\/0 |^-rwxr-xr-x root\/root /),
    ])
    expect(withPath(`usr/lib/${libraries}/libc.so.6`)).toHaveLength(1)
    const layer = image.layers.at(-1)
    if (layer === undefined) throw new Error('there is no layer')
    const held = createHash('sha256').update(await tar('-xzOf', fileOf(layer), 'usr/bin/talos-image'))
    const made = createHash('sha256').update(await readFile(join(FOLDER, executable)))
    expect(held.digest('hex')).toBe(made.digest('hex'))
  })

  test('gives no one the rights of another user, holds no devices, and nothing of this computer', () => {
    expect(entries.length).toBeGreaterThan(1000)
    expect(entries.filter((entry) => /^\S*[sS]/.test(entry.slice(1, 7)))).toEqual([])
    expect(entries.filter((entry) => !/^[-dlh]/.test(entry))).toEqual([])
    const writable = entries.filter((entry) => /^[-d]\S{7}w/.test(entry)).map((entry) => entry.replace(/^.* /, ''))
    expect(writable.toSorted()).toEqual(['tmp/', 'var/lock/', 'var/tmp/'])
    for (const name of ['hostname', 'resolv.conf', 'fstab', 'apt/sources.list'])
      expect(withPath(`etc/${name}`)).toEqual([])
  })

  test('has the packages that the Containerfile names, for scanners, too', async () => {
    const [base] = image.layers
    if (base === undefined) throw new Error('there is no layer')
    const status = String(await tar('-xzOf', fileOf(base), 'var/lib/dpkg/status'))
    const [, names = ''] = /--no-install-recommends (.*) \\/.exec(await readFile('Containerfile', 'utf8')) ?? []
    expect(names.split(' ')).toContain('ca-certificates')
    for (const name of [...names.split(' '), 'bash', 'util-linux']) {
      expect(status).toContain(`Package: ${name}\nStatus: install ok installed\n`)
    }
    expect(String(await tar('-xzOf', fileOf(base), 'usr/lib/os-release'))).toContain('VERSION_CODENAME=trixie\n')
    const certificates = String(await tar('-xzOf', fileOf(base), 'etc/ssl/certs/ca-certificates.crt'))
    expect(certificates.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(100)
  })
})

test('the executable for ARM runs with the libraries of its image, on an emulated processor', async () => {
  const { layers, config } = await readImage('arm64')
  const root = await mkdtemp(join(tmpdir(), 'talos-image-container-'))
  try {
    for (const layer of layers) await tar('-xzf', fileOf(layer), '-C', root)
    const program = join(root, config.Entrypoint[0] ?? '')
    const { stdout } = await promisify(execFile)('qemu-aarch64', ['-L', root, program, '--version'])
    expect(stdout).toBe(`${VERSION}\n`)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})

describe.skipIf(WHY_NOT !== undefined)(named('in a container', WHY_NOT), () => {
  let scratch: string
  let image: { user: string; env: Record<string, string>; workingDir: string }
  let entry: string

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'talos-image-container-'))
    const { config, layers } = await readImage('amd64')
    await mkdir(join(scratch, 'root'))
    for (const layer of layers) await tar('-xzf', fileOf(layer), '-C', join(scratch, 'root'))
    const env = Object.fromEntries(config.Env.map((line) => line.split('=', 2)))
    image = { user: config.User, env, workingDir: config.WorkingDir }
    entry = config.Entrypoint[0] ?? ''
    // As a folder that is mounted there.
    await chown(join(scratch, 'root', config.WorkingDir), 65_532, 65_532)
  })
  afterAll(() => rm(scratch, { recursive: true, force: true }))

  test('the command works, without rights of root', async () => {
    await using container = await openContainer(join(scratch, 'root'), image, 'masked')
    expect(await container.run(entry, '--version')).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' })
    const { stdout } = await container.run('sh', '-c', 'id -u; grep CapEff /proc/self/status; touch /usr/x 2>&1')
    expect(stdout).toMatch(/^65532\nCapEff:\t0+\ntouch: .*Read-only file system\n$/)
  })

  test('the sandbox works where user namespaces and /proc are as on a computer', async () => {
    await using container = await openContainer(join(scratch, 'root'), image, 'whole')
    const { code, stdout, stderr } = await container.run(entry, 'build', '--sandbox', '--output', 'json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ snapshots: [{}, {}], leftovers: [] })
  })

  test('and is refused, with the remedy, where they are not', async () => {
    await using container = await openContainer(join(scratch, 'root'), image, 'masked')
    const { code, stderr } = await container.run(entry, 'build', '--sandbox')
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/hint: .*user namespaces, which containers often forbid/)
  })
})
