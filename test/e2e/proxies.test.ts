/** HTTP proxies of the environment: what goes through them, and what is said when they are the trouble. */

import { describe, expect, it } from 'vitest'
import { createProject, type Project } from '../support/project.ts'
import { createProjects } from '../support/projects.ts'
import { openProxy, type TestProxy } from '../support/proxy.ts'
import { runInWorkspace } from '../support/workspace.ts'

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
