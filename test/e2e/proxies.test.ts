/** HTTP proxies of the environment: what goes through them, and what is said when they are the trouble. */

import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { createProject, type Project } from '../support/project.ts'
import { createProjects } from '../support/projects.ts'
import { openProxy, type TestProxy } from '../support/proxy.ts'
import { createWorkspace, runInWorkspace } from '../support/workspace.ts'

/** The cloud under a name that only the proxy knows. The Factory's address is one of this computer. */
const environment = (project: Project, proxy: Pick<TestProxy, 'url'>) => ({
  ...project.env,
  HCLOUD_ENDPOINT: 'http://api.test/v1',
  HTTP_PROXY: proxy.url,
  TALOS_IMAGE_ALLOW_HTTP: '1',
})

const open = (project: Project, login?: string): Promise<TestProxy> =>
  openProxy({ hosts: { 'api.test': new URL(project.endpoint).origin }, ...(login === undefined ? {} : { login }) })

describe('a proxy', () => {
  it('is between the command and the cloud for a whole build', async () => {
    await using project = await createProject()
    await using proxy = await open(project, 'me:hidden-from-all')
    const env = environment(project, { url: proxy.url.replace('//', '//me:hidden-from-all@') })
    const { code, stdout, stderr } = await runInWorkspace(['build', '--arch', 'arm', ...project.sshFlags], { env })
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^\d+ +arm /m)
    expect(stdout + stderr).not.toContain('hidden-from-all')
    const toCloud = project.log.filter(({ server }) => server === 'cloud')
    expect(proxy.requests).toHaveLength(toCloud.length)
    expect(proxy.requests).toContain('POST http://api.test/v1/servers')
    expect(await project.remains()).toEqual([])
  })

  it('of its own is what the build server downloads through, and its password stays out of all commands', async () => {
    await using project = await createProject()
    const hosts = { 'images.test': project.factoryUrl }
    await using outer = await openProxy({ hosts })
    await using inner = await openProxy({ hosts, login: 'me:hidden-from-all' })
    const url = `http://images.test/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.12.2/hcloud-arm64.raw.xz`
    const env = {
      ...project.env,
      HTTP_PROXY: outer.url,
      TALOS_IMAGE_DOWNLOAD_PROXY: inner.url.replace('//', '//me:hidden-from-all@'),
      PKR_VAR_image_url_arm: url,
    }
    const args = ['build', '--arch', 'arm', '--debug-log', 'log', ...project.sshFlags]
    await using workspace = await createWorkspace()
    const { code, stdout, stderr } = await runCommand(args, { cwd: workspace.root, env })
    expect(code, stderr).toBe(0)
    expect(inner.requests).toEqual([`GET ${url}`])
    expect(outer.requests).not.toEqual([])
    const log = await readFile(join(workspace.root, 'log'), 'utf8')
    expect(stdout + stderr + log).not.toContain('hidden-from-all')
    await rm(join(workspace.root, 'log'))
    const wrong = { ...env, TALOS_IMAGE_DOWNLOAD_PROXY: inner.url }
    const refused = await runCommand([...args, '--force'], { cwd: workspace.root, env: wrong })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`the download from ${url} through ${inner.url} failed`)
    expect(await project.remains()).toEqual([])
  })

  it('that NO_PROXY leaves out is not asked', async () => {
    await using project = await createProject({ machines: 'none' })
    await using proxy = await open(project)
    const env = { ...environment(project, proxy), NO_PROXY: '.test' }
    const { code, stderr } = await runInWorkspace(['list'], {
      env: { ...env, HCLOUD_ENDPOINT: 'http://api.test/v1', TALOS_IMAGE_ALLOW_HTTP: '1' },
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/ENOTFOUND|EAI_AGAIN/)
    expect(proxy.requests).toEqual([])
  })

  it('that wants a login, or is not there, is named', async () => {
    await using project = await createProject({ machines: 'none' })
    await using proxy = await open(project, 'me:secret-of-mine')
    const refused = await runInWorkspace(['list'], { env: environment(project, proxy) })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('407')
    const gone = await runInWorkspace(['list'], { env: environment(project, { url: 'http://127.0.0.1:1' }) })
    expect(gone.code).toBe(1)
    expect(gone.stderr).toContain('(HTTP_PROXY is set: http://127.0.0.1:1)')
  })

  it('is asked for every one of several projects', async () => {
    await using projects = await createProjects(['a', 'b'], { machines: 'none' })
    await using proxy = await open(projects.cloud)
    const env = {
      ...projects.env,
      HCLOUD_ENDPOINT: 'http://api.test/v1',
      HTTP_PROXY: proxy.url,
      TALOS_IMAGE_ALLOW_HTTP: '1',
    }
    const { code, stderr } = await runInWorkspace(['plan', ...projects.flags], { env })
    expect(code, stderr).toBe(0)
    expect(proxy.requests.filter((request) => request.endsWith('/v1/pricing'))).toHaveLength(2)
  })
})
