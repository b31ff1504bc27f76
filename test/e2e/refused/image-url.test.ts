/** Image URLs that lead nowhere, or that a shell would love. */

import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type Project } from '../../support/project.ts'
import { expectFailure, expectRefusal } from '../../support/refusal.ts'
import { listen, unusedUrlAt } from '../../support/web.ts'
import { runInWorkspace, VAR_FILE } from '../../support/workspace.ts'

let project: Project
let web: Server
let base: string

beforeAll(async () => {
  project = await createProject({ machines: 'none' })
  web = createServer((request, response) => {
    if (request.url === '/empty.raw') response.end()
    else if (request.url === '/page.html') response.end('<html>Sign in</html>'.repeat(100))
    else response.writeHead(404).end()
  })
  base = await listen(web)
})
afterEach(() => {
  expect(project.attempts()).toEqual([])
})
afterAll(async () => {
  web.close()
  await project.close()
})

const WHERE = `error: ${VAR_FILE}:1:17: `

async function refuse(url: string, ...texts: string[]): Promise<void> {
  const files = { [VAR_FILE]: `image_url_arm = "${url}"` }
  const result = await runInWorkspace(['build', '--arch', 'arm'], { files, env: project.env })
  expectRefusal(result, WHERE, ...texts)
}

describe('a refused image URL', () => {
  it('that answers 404', () =>
    refuse(`${base}/none.raw.xz`, `${base}/none.raw.xz answers 404 Not Found`, 'hint: check the URL'))
  it('that is empty', () => refuse(`${base}/empty.raw`, 'is empty', 'hint: '))
  it('that is a page', () => refuse(`${base}/page.html`, 'is not a disk image: it has no boot sector', 'hint: '))

  it('of the Image Factory, of a version that it does not have', () => {
    const path = `/image/${'0'.repeat(64)}/v1.99.0/hcloud-arm64.raw.xz`
    return refuse(
      project.factoryUrl + path,
      `${WHERE}the Image Factory has no ARM disk of Talos v1.99.0`,
      'hint: check',
    )
  })

  it.each([
    ['file:///etc/hosts', 'begins with file://; only http and https can be downloaded', 'hint: for a file on this'],
    [
      'ftp://127.0.0.1/a.raw',
      'begins with ftp://; only http and https',
      'hint: for a file on this computer use --image-f',
    ],
    ['talos.raw.xz', '"talos.raw.xz" is not a URL', 'hint: write it as https://host/path'],
    ['http://', '"http://" is not a URL', 'hint: write it as https://host/path'],
    [
      'http://127.0.0.1/a b',
      'the image URL holds " ", which a URL cannot hold',
      'hint: remove it, or write it percent',
    ],
    ["http://127.0.0.1/a'b", 'the image URL holds "\'", which', 'hint: remove it'],
    ['http://127.0.0.1/a\\"b', 'the image URL holds "\\"", which', 'hint: remove it'],
    ['http://127.0.0.1/$(id)', 'the image URL holds "$", which', 'hint: remove it'],
    ['http://127.0.0.1/`id`', 'the image URL holds "`", which', 'hint: remove it'],
    ['http://127.0.0.1/\\nid', 'the image URL holds "\\u000a", which', 'hint: remove it'],
  ])('%s', (url, ...texts) => refuse(url, ...texts))

  it('with a password is refused without showing it', async () => {
    const files = { [VAR_FILE]: 'image_url_arm = "http://me:Sesame@127.0.0.1/a.raw"' }
    const result = await runInWorkspace(['build', '--arch', 'arm'], { files, env: project.env })
    expectRefusal(result, WHERE, 'the image URL holds a user name or a password', 'hint: ')
    expect(result.stderr).not.toContain('Sesame')
  })

  it('without an answer may be right tomorrow, so it is not a mistake of the input', async () => {
    const unreachable = await unusedUrlAt(createServer())
    const files = { [VAR_FILE]: `image_url_arm = "${unreachable}/a.raw"` }
    const result = await runInWorkspace(['build', '--arch', 'arm'], { files, env: project.env })
    expectFailure(1, result, WHERE, `no answer from ${unreachable}/a.raw: `, 'ECONNREFUSED', 'hint: check the URL')
  })
})
