import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import ssh2 from 'ssh2'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { type AnsweredRequest, startSandbox } from '../../src/sandbox.ts'
import { resetConnection } from '../../src/state/loopback.ts'
import { type TestSandbox, testSandbox } from '../support/sandbox.ts'
import { Action, Image, Server, SshKey } from '../support/wire.ts'

const WRONG_OPTIONS = [
  'the sandbox has no server type "cx999"',
  'the sandbox has no location "fsn"',
  'the limit of servers is -1',
  '"A B" is not a name for a project',
].join('\n')

test('stock, limits and projects that cannot be are refused, all at once, before anything is made', async () => {
  const stateDir = join(tmpdir(), 'hcloud-sandbox-that-is-not-made')
  const tokens = [{ token: 'a'.repeat(64), project: 'A B', readOnly: false }] as const
  const started = startSandbox({ stateDir, tokens, outOfStock: ['cx999', '@fsn'], limits: { servers: -1 } })
  await expect(started).rejects.toMatchObject({ code: 'usage', message: WRONG_OPTIONS })
  await expect(readFile(stateDir)).rejects.toMatchObject({ code: 'ENOENT' })
})

const Done = v.object({ action: Action })
const Created = v.object({ server: Server, action: Action })
const Images = v.object({ images: v.array(Image) })

async function waitForAction(sandbox: TestSandbox, { id }: Action): Promise<void> {
  const { action } = await sandbox.api(Done, 'GET', `/actions/${id}`)
  if (action.status === 'error') throw new Error(`${action.command}: ${action.error?.message}`)
  if (action.status === 'running') await waitForAction(sandbox, action)
}

async function act(sandbox: TestSandbox, id: number, command: string, body?: unknown): Promise<Action> {
  const { action } = await sandbox.api(Done, 'POST', `/servers/${id}/actions/${command}`, body)
  await waitForAction(sandbox, action)
  return action
}

async function createServer(sandbox: TestSandbox, sshKeys: readonly number[] = []): Promise<Server> {
  const { server, action } = await sandbox.api(Created, 'POST', '/servers', {
    name: 'build-1',
    server_type: 'cx23',
    location: 'fsn1',
    image: 'debian-13',
    ssh_keys: sshKeys,
    start_after_create: false,
  })
  await waitForAction(sandbox, action)
  return server
}

/** Starts a sandbox without machines in another process, which is killed at the end. */
async function startInChild(stateDir: string) {
  const root = fileURLToPath(new URL('../../../..', import.meta.url))
  // inside the project, so that the packages are found
  const script = join(root, 'node_modules', '.cache', `sandbox-${crypto.randomUUID()}.mjs`)
  await build({
    input: fileURLToPath(new URL('sandbox-owner.ts', import.meta.url)),
    platform: 'node',
    transform: { target: 'node20.19' },
    external: ['ssh2'],
    resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
    output: { file: script, codeSplitting: false },
  })
  const child = spawn(process.execPath, [script, stateDir], { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  const [line]: unknown[] = await Promise.race([once(child.stdout, 'data'), closed])
  return {
    told: v.parse(v.object({ endpoint: v.string(), attached: v.boolean() }), JSON.parse(String(line))),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
      await rm(script)
    },
  }
}

async function tempDir() {
  const path = await mkdtemp(join(tmpdir(), 'talos-image-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Logs in as root; `run` gives what a command wrote to standard output. */
async function login(host: string, port: number, privateKey: string) {
  const client = new ssh2.Client()
  client.connect({ host, port, username: 'root', privateKey })
  await once(client, 'ready')
  return {
    async run(command: string): Promise<string> {
      const stream = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
        client.exec(command, (error, channel) => (error === undefined ? resolve(channel) : reject(error)))
      })
      const closed: Promise<unknown[]> = once(stream, 'close')
      let [out, errors] = ['', '']
      stream.on('data', (chunk: Buffer) => {
        out += chunk.toString('utf8')
      })
      stream.stderr.on('data', (chunk: Buffer) => {
        errors += chunk.toString('utf8')
      })
      const [code] = await closed
      if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${errors}`)
      return out
    },
    async [Symbol.asyncDispose]() {
      const closed = once(client, 'close')
      client.end()
      await closed
    },
  }
}

describe.runIf(process.platform === 'linux')('with machines in namespaces', () => {
  test('a server boots into rescue, is written to, and becomes a snapshot that outlives the sandbox', {
    timeout: 30_000,
  }, async () => {
    await using dir = await tempDir()
    const keys = ssh2.utils.generateKeyPairSync('ed25519')
    let snapshot: number | undefined
    {
      await using sandbox = await testSandbox({ stateDir: dir.path, machines: 'namespace' })
      expect(sandbox.attached).toBe(false)
      const { ssh_key: key } = await sandbox.api(v.object({ ssh_key: SshKey }), 'POST', '/ssh_keys', {
        name: 'key-1',
        public_key: keys.public,
      })
      const server = await createServer(sandbox, [key.id])
      await act(sandbox, server.id, 'enable_rescue', { type: 'linux64', ssh_keys: [key.id] })
      await act(sandbox, server.id, 'poweron')
      {
        await using session = await login(server.public_net.ipv4?.ip ?? '', sandbox.sshPort, keys.private)
        expect(await session.run('hostname')).toBe('rescue\n')
        await session.run('printf %s "written from within" | dd of=/dev/sda bs=4096 seek=3 conv=notrunc,fsync')
      }
      await act(sandbox, server.id, 'poweroff')

      const { image, action } = await sandbox.api(
        v.object({ image: Image, action: Action }),
        'POST',
        `/servers/${server.id}/actions/create_image`,
        { type: 'snapshot', description: 'a snapshot', labels: { os: 'talos' } },
      )
      await waitForAction(sandbox, action)
      snapshot = image.id
      const disk = await readFile(join(sandbox.cloudDir, 'disks', `server-${server.id}.raw`))
      const copy = await readFile(join(sandbox.cloudDir, 'snapshots', `image-${image.id}.raw`))
      expect(disk.toString('latin1', 3 * 4096, 3 * 4096 + 19)).toBe('written from within')
      expect(copy.equals(disk)).toBe(true)

      await sandbox.api(v.undefined(), 'DELETE', `/ssh_keys/${key.id}`)
      const { action: deletion } = await sandbox.api(Done, 'DELETE', `/servers/${server.id}`)
      await waitForAction(sandbox, deletion)
    }
    await using again = await testSandbox({ stateDir: dir.path, machines: 'none' })
    expect(again.attached).toBe(false)
    const { images } = await again.api(Images, 'GET', '/images?type=snapshot&label_selector=os%3Dtalos')
    expect(images).toMatchObject([{ id: snapshot, status: 'available', description: 'a snapshot' }])
    const { servers } = await again.api(v.object({ servers: v.array(Server) }), 'GET', '/servers')
    expect(servers).toEqual([])
  })

  test('the image can be fetched from within a machine, under the URL that it has outside', {
    timeout: 30_000,
  }, async () => {
    await using sandbox = await testSandbox()
    const keys = ssh2.utils.generateKeyPairSync('ed25519')
    const { ssh_key: key } = await sandbox.api(v.object({ ssh_key: SshKey }), 'POST', '/ssh_keys', {
      name: 'key-1',
      public_key: keys.public,
    })
    const server = await createServer(sandbox, [key.id])
    await act(sandbox, server.id, 'enable_rescue', { type: 'linux64', ssh_keys: [key.id] })
    await act(sandbox, server.id, 'poweron')
    await using session = await login(server.public_net.ipv4?.ip ?? '', sandbox.sshPort, keys.private)
    const schematic = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
    const url = `${sandbox.factoryUrl}/image/${schematic}/v1.13.9/hcloud-amd64.raw`
    await session.run(`bash -o pipefail -c 'curl -fsS ${url}.xz | xz -dc | dd of=/dev/sda bs=1M conv=notrunc,fsync'`)
    const raw = Buffer.from(await (await fetch(url)).arrayBuffer())
    const disk = await readFile(join(sandbox.cloudDir, 'disks', `server-${server.id}.raw`))
    expect(disk.subarray(0, raw.length).equals(raw)).toBe(true)
  })
})

describe('without machines', () => {
  test('one who comes second attaches, and leaves the sandbox running', async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    {
      await using other = await startSandbox({ stateDir: sandbox.stateDir, machines: 'none' })
      const { endpoint, factoryUrl, token, sshPort } = sandbox
      expect(other).toMatchObject({ endpoint, factoryUrl, token, sshPort, attached: true })
    }
    expect((await fetch(`${sandbox.factoryUrl}/versions`)).status).toBe(200)
  })

  test('a second process attaches too', { timeout: 30_000 }, async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    await using other = await startInChild(sandbox.stateDir)
    expect(other.told).toEqual({ endpoint: sandbox.endpoint, attached: true })
  })

  test('a sandbox whose process was killed is noticed, and followed by another', { timeout: 30_000 }, async () => {
    await using dir = await tempDir()
    {
      await using killed = await startInChild(dir.path)
      expect(killed.told.attached).toBe(false)
      const waiting = await testSandbox({ stateDir: dir.path, machines: 'none' })
      expect(waiting).toMatchObject({ attached: true, endpoint: killed.told.endpoint })
    }
    await using next = await testSandbox({ stateDir: dir.path, machines: 'none' })
    expect(next).toMatchObject({ attached: false, recovered: true })
    await createServer(next)
  })

  test('after closing, which may be done twice, nothing answers and the next one owns the state', async () => {
    await using dir = await tempDir()
    const first = await testSandbox({ stateDir: dir.path, machines: 'none' })
    await Promise.all([first.close(), first.close()])
    await expect(fetch(`${first.factoryUrl}/versions`)).rejects.toThrow('fetch failed')
    await using second = await testSandbox({ stateDir: dir.path, machines: 'none' })
    expect(second).toMatchObject({ attached: false, recovered: false })
  })

  test('two sandboxes never have the same SSH port, however long their servers take to boot', async () => {
    await using one = await testSandbox({ machines: 'none' })
    const other = testSandbox({ machines: 'none', sshPort: one.sshPort, latency: 'realistic' })
    await expect(other).rejects.toMatchObject({
      code: 'sandbox',
      message: expect.stringContaining(`cannot have the SSH port ${one.sshPort}`),
    })
  })

  test('two sandboxes share nothing', async () => {
    await using one = await testSandbox({ machines: 'none' })
    await using other = await testSandbox({ machines: 'none' })
    expect(new Set([one.sshPort, one.talosPort, other.sshPort, other.talosPort]).size).toBe(4)
    await createServer(one)
    const { servers } = await other.api(v.object({ servers: v.array(Server) }), 'GET', '/servers')
    expect(servers).toEqual([])
  })

  test('the token is a plausible one, and needed', async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    expect(sandbox.token).toMatch(/^[A-Za-z0-9]{64}$/)
    expect((await fetch(`${sandbox.endpoint}/servers`)).status).toBe(401)
  })

  test('the token is another one at each start, so that no other user of the computer knows it', async () => {
    await using dir = await tempDir()
    const tokens = new Set<string>()
    for (let start = 0; start < 3; start += 1) {
      await using sandbox = await testSandbox({ stateDir: dir.path, machines: 'none' })
      await using attached = await testSandbox({ stateDir: dir.path, machines: 'none' })
      expect(attached.token).toBe(sandbox.token)
      tokens.add(sandbox.token)
    }
    expect(tokens.size).toBe(3)
  })

  test('requests are told and counted, and both servers can be interfered with', async () => {
    const told: AnsweredRequest[] = []
    let submitted = ''
    await using sandbox = await testSandbox({
      machines: 'none',
      onRequest: (request) => told.push(request),
      intercept: ({ path }) => (path === '/pricing' ? resetConnection() : undefined),
      async interceptFactory(request) {
        if (request.method === 'POST') submitted = await request.text()
        return request.url.endsWith('/versions') ? new Response('no\n', { status: 503 }) : undefined
      },
    })
    await sandbox.api(v.unknown(), 'GET', '/locations?name=fsn1')
    await expect(sandbox.api(v.unknown(), 'GET', '/pricing')).rejects.toThrow('fetch failed')
    expect((await fetch(`${sandbox.factoryUrl}/versions`)).status).toBe(503)
    const posted = await fetch(`${sandbox.factoryUrl}/schematics`, { method: 'POST', body: 'customization: {}' })
    expect({ status: posted.status, submitted }).toEqual({ status: 201, submitted: 'customization: {}' })
    expect(told.map(({ server, method, path }) => `${server} ${method} ${path}`)).toEqual([
      'cloud GET /v1/locations',
      'cloud GET /v1/pricing',
      'factory GET /versions',
      'factory POST /schematics',
    ])
    expect(told[0]).toMatchObject({ status: 200, ms: expect.any(Number) })
    expect(sandbox.requests).toEqual({ cloud: 2, factory: 2 })
  })

  test('what cannot run here says so, and leaves the state to the next one', async () => {
    await using dir = await tempDir()
    const kind = {
      name: 'qemu' as const,
      check: () => Promise.reject(new Error('no such thing here')),
      create: () => {
        throw new Error('never')
      },
    }
    await expect(testSandbox({ stateDir: dir.path, machines: kind })).rejects.toThrow('no such thing here')
    await using sandbox = await testSandbox({ stateDir: dir.path, machines: 'none' })
    expect(sandbox.attached).toBe(false)
  })

  test('a port that is taken leaves nothing running', async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    await using dir = await tempDir()
    const port = Number(new URL(sandbox.endpoint).port)
    await expect(testSandbox({ stateDir: dir.path, machines: 'none', port })).rejects.toMatchObject({ code: 'sandbox' })
    await using next = await testSandbox({ stateDir: dir.path, machines: 'none' })
    expect(next.attached).toBe(false)
  })
})
