/** A Factory of one's own: its certificate authority, its login, and where these go and do not go. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { isDownload, type OwnFactory, openOwnFactory } from '../support/own-factory.ts'
import { createProject } from '../support/project.ts'
import { createProjects } from '../support/projects.ts'
import { expectRefusal } from '../support/refusal.ts'
import { createWorkspace, runInWorkspace } from '../support/workspace.ts'

const USER = 'team'
// As hard for a header, a shell and curl's configuration as a password may be.
const PASSWORD = `it's "a $(secret)" \\n`
const TOKEN = 'eyJhbGciOi.very-long.token_of-a-machine'
const basic = (text: string): string => Buffer.from(text).toString('base64')

const LOGINS = [
  {
    kind: 'a user and a password',
    authorization: `Basic ${basic(`${USER}:${PASSWORD}`)}`,
    env: { TALOS_IMAGE_FACTORY_USER: USER, TALOS_IMAGE_FACTORY_PASSWORD: PASSWORD },
  },
  { kind: 'a token', authorization: `Bearer ${TOKEN}`, env: { TALOS_IMAGE_FACTORY_TOKEN: TOKEN } },
]

const at = ({ url, caFile }: OwnFactory) => ({ TALOS_IMAGE_FACTORY_URL: url, TALOS_IMAGE_FACTORY_CA: caFile })

describe("a Factory of one's own", () => {
  it.each(LOGINS)('lets in who has $kind, here and on the build server', async ({ authorization, env }) => {
    await using project = await createProject()
    await using own = await openOwnFactory(project.factoryUrl, { authorization })
    await using workspace = await createWorkspace()
    const args = ['build', '--arch', 'arm', ...project.sshFlags, '--debug-log', 'debug.jsonl']
    const result = await runCommand(args, { cwd: workspace.root, env: { ...project.env, ...at(own), ...env } })
    expect(result.code, result.stderr).toBe(0)
    const [snapshot] = await project.snapshots()
    expect(result.stdout).toContain(String(snapshot?.id))
    expect(await project.remains()).toEqual([])
    expect(own.requests.filter((request) => request.authorization !== authorization)).toEqual([])
    expect(own.requests.filter(isDownload).map(({ path }) => path)).toEqual([expect.stringMatching(/\.raw\.zst$/)])
    expect(own.requests.filter(({ agent }) => !/^talos-image\/[\d.]+ \(\+https:\/\/.+\)$/.test(agent))).toEqual([])
    // The scripts are in the log as they were sent: who logs in is in none of them.
    const log = await readFile(join(workspace.root, 'debug.jsonl'), 'utf8')
    expect(log).toContain('--config -')
    for (const secret of [PASSWORD, JSON.stringify(PASSWORD).slice(1, -1), TOKEN, authorization.split(' ')[1] ?? '']) {
      expect(log + result.stdout + result.stderr).not.toContain(secret)
    }
  })

  it.each(LOGINS)(
    'that issues tokens for downloads keeps $kind off the build server',
    async ({ authorization, env }) => {
      await using project = await createProject()
      const downloadToken = 'eyJhbGciOiJFUzI1NiJ9.eyJ-short_lived.x'
      await using own = await openOwnFactory(project.factoryUrl, { authorization, downloadToken })
      await using workspace = await createWorkspace()
      const args = ['build', '--arch', 'arm', ...project.sshFlags, '--debug-log', 'debug.jsonl']
      const result = await runCommand(args, { cwd: workspace.root, env: { ...project.env, ...at(own), ...env } })
      expect(result.code, result.stderr).toBe(0)
      expect(own.requests.filter(isDownload)).toMatchObject([
        { authorization: undefined, path: expect.stringMatching(`.raw.zst[?]token=${downloadToken}$`) },
      ])
      const log = await readFile(join(workspace.root, 'debug.jsonl'), 'utf8')
      for (const secret of [downloadToken, PASSWORD, TOKEN]) {
        expect(log + result.stdout + result.stderr).not.toContain(secret)
      }
    },
  )

  it.each(LOGINS)('may send the download elsewhere, where $kind does not go', async ({ authorization, env }) => {
    await using project = await createProject()
    await using store = await openOwnFactory(project.factoryUrl)
    await using own = await openOwnFactory(project.factoryUrl, {
      authorization,
      intercept: ({ url = '' }, response) => {
        if (!url.startsWith('/image/')) return false
        response.writeHead(302, { location: store.url + url }).end()
        return true
      },
    })
    await using workspace = await createWorkspace()
    await writeFile(join(workspace.root, 'both.pem'), own.ca + store.ca)
    const { code, stderr } = await runCommand(['build', '--arch', 'arm', ...project.sshFlags], {
      cwd: workspace.root,
      env: { ...project.env, ...at(own), ...env, TALOS_IMAGE_FACTORY_CA: 'both.pem' },
    })
    expect(code, stderr).toBe(0)
    expect(store.requests.filter(isDownload)).toHaveLength(1)
    expect(store.requests.filter((request) => !isDownload(request))).not.toEqual([])
    expect(store.requests.filter((request) => request.authorization !== undefined)).toEqual([])
  })

  it('serves several projects of one run', async () => {
    await using projects = await createProjects(['a', 'b'])
    const { cloud } = projects
    await using own = await openOwnFactory(cloud.factoryUrl, { authorization: `Bearer ${TOKEN}` })
    const env = { ...projects.env, ...at(own), TALOS_IMAGE_FACTORY_TOKEN: TOKEN }
    const args = ['build', '--arch', 'arm', ...projects.flags, ...cloud.sshFlags]
    const { code, stderr } = await runInWorkspace(args, { env })
    expect(code, stderr).toBe(0)
    for (const name of ['a', 'b']) expect(await projects.snapshots(name)).toHaveLength(1)
    expect(own.requests.filter(isDownload)).toHaveLength(2)
  })

  it('is nothing for the template of Packer, which downloads by itself', async () => {
    await using project = await createProject({ machines: 'none' })
    const env = { ...project.env, TALOS_IMAGE_FACTORY_URL: 'https://factory.example', TALOS_IMAGE_FACTORY_TOKEN: TOKEN }
    const { code, stderr } = await runInWorkspace(['build', '--engine', 'packer'], { env })
    expect(code).toBe(2)
    expect(stderr).toContain("error: TALOS_IMAGE_FACTORY_TOKEN: Packer's template downloads without a login")
    expect(project.log).toEqual([])
  })

  it('does not hinder what does not need it', async () => {
    await using project = await createProject({ machines: 'none' })
    const env = { ...project.env, TALOS_IMAGE_FACTORY_CA: 'nowhere.pem' }
    for (const args of [['list'], ['cleanup', '--yes']]) {
      const { code, stderr } = await runInWorkspace(args, { env })
      expect(code, stderr).toBe(0)
    }
    const { code, stderr } = await runInWorkspace(['outdated'], { env })
    expect(code).toBe(2)
    expect(stderr).toContain('error: TALOS_IMAGE_FACTORY_CA: nowhere.pem cannot be read')
  })

  it('that does not let in is told of before anything is made', async () => {
    await using project = await createProject({ machines: 'none' })
    await using own = await openOwnFactory(project.factoryUrl, { authorization: 'Bearer another-one' })
    const env = { ...project.env, ...at(own), TALOS_IMAGE_FACTORY_TOKEN: TOKEN }
    for (const args of [['build'], ['versions'], ['schematic', 'push', '_packer/schematic-worker.yaml']]) {
      const { code, stderr } = await runInWorkspace(args, { env })
      expect(code).toBe(1)
      expect(stderr).toContain('the Image Factory answered 401')
      expect(stderr).toContain('hint: check the login, if it asks for one: TALOS_IMAGE_FACTORY_USER')
    }
    expect(project.attempts()).toEqual([])
  })

  it('with an unknown certificate is reported with the variable that makes it known', async () => {
    await using project = await createProject({ machines: 'none' })
    await using own = await openOwnFactory(project.factoryUrl)
    const { code, stderr } = await runInWorkspace(['versions'], { env: { TALOS_IMAGE_FACTORY_URL: own.url } })
    expect(code).toBe(1)
    expect(stderr).toContain('self-signed certificate')
    expect(stderr).toContain('TALOS_IMAGE_FACTORY_CA=FILE')
  })

  it('that only this computer trusts is told of when the build server cannot download', async () => {
    await using project = await createProject()
    await using own = await openOwnFactory(project.factoryUrl)
    const env = { ...project.env, TALOS_IMAGE_FACTORY_URL: own.url, NODE_EXTRA_CA_CERTS: own.caFile }
    const { code, stderr } = await runInWorkspace(['build', '--arch', 'arm', ...project.sshFlags], { env })
    expect(code).toBe(1)
    expect(stderr).toMatch(/curl: \(60\)/)
    expect(stderr).toContain('TALOS_IMAGE_FACTORY_CA=FILE makes it known')
    expect(await project.remains()).toEqual([])
  })

  it('is told wrong together with everything else that is', async () => {
    await using project = await createProject({ machines: 'none' })
    const result = await runInWorkspace(['build', '--arch', 'arm', '--var', 'nope=1'], {
      env: {
        ...project.env,
        TALOS_IMAGE_FACTORY_CA: 'nowhere.pem',
        TALOS_IMAGE_FACTORY_TOKEN: TOKEN,
        TALOS_IMAGE_FACTORY_USER: USER,
        HTTPS_PROXY: 'socks4://proxy:1080',
      },
    })
    expectRefusal(
      result,
      'error: TALOS_IMAGE_FACTORY_CA: nowhere.pem cannot be read: ENOENT',
      'error: TALOS_IMAGE_FACTORY_TOKEN: there is a token, and a user or a password, too',
      'error: HTTPS_PROXY: "socks4://proxy:1080" is not a proxy that can be used',
      '"nope" is not a declared variable',
    )
    expect(project.log).toEqual([])
  })

  it('is no matter for the sandbox', async () => {
    const env = { TALOS_IMAGE_FACTORY_CA: 'nowhere.pem', HTTPS_PROXY: 'socks4://a', HTTP_PROXY: 'http://127.0.0.1:1' }
    await using workspace = await createWorkspace()
    const options = { cwd: workspace.root, env: { ...workspace.sandboxEnv, ...env } }
    const { code, stderr } = await runCommand(['plan', '--sandbox', '--machines', 'namespace'], options)
    expect(code, stderr).toBe(0)
  })
})
