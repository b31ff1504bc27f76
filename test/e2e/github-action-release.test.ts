/** action.yml with the input `version`: it uses the executable of a release, which a server on loopback has. */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { COMMAND_LINE } from '../support/command.ts'
import { runAction, type StepResult } from '../support/github-job.ts'
import { createProject, type Project } from '../support/project.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const NAME = 'talos-image-linux-x64'
const FOLDER = '/OWNER/talos-image/releases/download/v1.2.3'

let workspace: Workspace
let project: Project
let server: Server
const FAILED = '::error title=talos-image::the executable of v1.2.3 could not be installed%0Ahint: the lines'
/** What the release has, by path. */
let files: Map<string, string | Buffer>
/** The paths that were asked for. */
let asked: string[]
let env: Record<string, string>

beforeEach(async () => {
  workspace = await createWorkspace()
  project = await createProject({ machines: 'none' })
  const archive = await makeArchive()
  const sums = `${createHash('sha256').update(archive).digest('hex')}  ${NAME}.tar.gz\n${'0'.repeat(64)}  other.tar.gz\n`
  files = new Map<string, string | Buffer>([
    [`${FOLDER}/SHA256SUMS`, sums],
    [`${FOLDER}/${NAME}.tar.gz`, archive],
  ])
  asked = []
  server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const file = files.get(url)
    response.writeHead(file === undefined ? 404 : 200).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  env = {
    ...project.env,
    GITHUB_SERVER_URL: `http://127.0.0.1:${address.port}`,
    RUNNER_TOOL_CACHE: join(workspace.root, 'tools'),
  }
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  await project.close()
  await workspace[Symbol.asyncDispose]()
})

/** A program that says that it is of the release, and does what the command does. */
async function makeArchive(): Promise<Buffer> {
  const folder = join(workspace.root, 'made')
  await mkdir(folder)
  const script = `#!/bin/sh\necho "of the release: $*, token: $(printenv GH_TOKEN | wc -c)" >&2\nexec ${COMMAND_LINE} "$@"\n`
  await writeFile(join(folder, NAME), script)
  await chmod(join(folder, NAME), 0o755)
  await promisify(execFile)('tar', ['-czf', 'archive.tar.gz', NAME], { cwd: folder })
  return await readFile(join(folder, 'archive.tar.gz'))
}

/** Puts a program into PATH. */
async function withProgram(name: string, script: string): Promise<void> {
  const path = await workspace.write(`bin/${name}`, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  env = { ...env, PATH: `${join(workspace.root, 'bin')}:${process.env.PATH}` }
}

const act = (inputs: Readonly<Record<string, string>>): Promise<StepResult> =>
  runAction({ command: 'plan', arch: 'x86', ...inputs }, { cwd: workspace.root, env })

describe('a released executable', () => {
  it('is downloaded and checked, does what the command does, and is there at the next time', async () => {
    for (const version of ['v1.2.3', '1.2.3']) {
      const { code, stderr, outputs } = await act({ version })
      expect(code, stderr).toBe(0)
      expect(stderr).toMatch(/^of the release: github-action, token: 0$/m)
      expect(outputs).toMatchObject({ 'exit-code': '0', count: '1' })
    }
    expect(asked).toEqual([`${FOLDER}/SHA256SUMS`, `${FOLDER}/${NAME}.tar.gz`])
  })

  it('is not used when it is another file than its release names, or half of it', async () => {
    const archive = files.get(`${FOLDER}/${NAME}.tar.gz`) ?? ''
    for (const other of ['something else', archive.slice(0, -1)]) {
      files.set(`${FOLDER}/${NAME}.tar.gz`, other)
      const { code, stderr } = await act({ version: 'v1.2.3' })
      expect(code).toBe(1)
      expect(stderr).toMatch(/^error: talos-image-linux-x64\.tar\.gz has the SHA-256 [0-9a-f]{64}, and SHA256SUMS has/)
      expect(stderr).toContain(FAILED)
    }
    files.set(`${FOLDER}/SHA256SUMS`, 'no sums\n')
    expect((await act({ version: 'v1.2.3' })).code).toBe(1)
  })

  it('that there is not is said', async () => {
    const { code, stderr } = await act({ version: 'v9.9.9' })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: http:.*\/v9\.9\.9\/SHA256SUMS cannot be fetched$/m)
    expect(stderr).toContain('::error title=talos-image::the executable of v9.9.9 could not be installed%0Ahint: the')
  })

  it.each(['latest', 'v1.2', '../../x', '1.2.3"; touch pwned; "', '$(touch pwned)'])(
    'is not looked for by %j',
    async (version) => {
      const { code, stderr } = await act({ version })
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr:
          '::error title=talos-image::the input "version" is not that of a release%0Ahint: write one such as v1.2.3, or leave it out\n',
      })
      expect(asked).toEqual([])
    },
  )

  it('is checked for where it comes from, when that is asked for, also when it is there', async () => {
    await withProgram('gh', 'echo "gh $1 $2 $4 $5 with $(printenv GH_TOKEN | cut -c1-4)" >&2')
    expect((await act({ version: 'v1.2.3' })).stderr).not.toContain('gh attestation')
    const { code, stderr } = await act({ version: 'v1.2.3', attestation: 'true' })
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('gh attestation verify --repo OWNER/talos-image with ghs_\n')
    expect(stderr).toContain('of the release: github-action, token: 0\n')

    await withProgram('gh', 'exit 1')
    expect((await act({ version: 'v1.2.3', attestation: 'true' })).code).toBe(0)
    env = { ...env, RUNNER_TOOL_CACHE: join(workspace.root, 'other-tools') }
    const refused = await act({ version: 'v1.2.3', attestation: 'true' })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`${NAME}.tar.gz has no attestation that it comes from OWNER/talos-image`)
  })
})
