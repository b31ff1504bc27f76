/** The script that installs a release, against releases on a loopback server. */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandResult, ROOT, runCommand } from '../support/command.ts'
import { findProgram } from '../support/programs.ts'

const SCRIPT = join(ROOT, 'scripts/installers/install.sh')
/** What it calls, apart from what fetches. */
const PROGRAMS = ['sh', 'uname', 'id', 'mkdir', 'mktemp', 'rm', 'mv', 'sed', 'tar', 'gzip', 'sha256sum', 'cat']

let scratch: string
let server: Server
let releases: string
/** What the server answers, by path. */
const served = new Map<string, Buffer>()
const asked: string[] = []

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'talos-image-install-'))
  server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const content = served.get(url)
    if (content === undefined) response.writeHead(404).end()
    else response.end(content)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  releases = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  for (const version of ['1.2.3', '1.2.2']) await release(version)
  for (const name of ['SHA256SUMS', 'talos-image-linux-x64.tar.gz', 'talos-image-linux-arm64.tar.gz']) {
    served.set(`/latest/download/${name}`, served.get(`/download/v1.2.3/${name}`) ?? Buffer.of())
  }
})
afterAll(async () => {
  server.close()
  await rm(scratch, { recursive: true, force: true })
})

/** Serves archives like those of a release, with a script in the place of the executable. */
async function release(version: string, script = `echo ${version}`): Promise<void> {
  let sums = ''
  for (const name of ['talos-image-linux-x64', 'talos-image-linux-arm64']) {
    const folder = await mkdtemp(join(scratch, 'release-'))
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    await promisify(execFile)('tar', ['-czf', 'archive', name], { cwd: folder })
    const archive = await readFile(join(folder, 'archive'))
    served.set(`/download/v${version}/${name}.tar.gz`, archive)
    sums += `${createHash('sha256').update(archive).digest('hex')}  ${name}.tar.gz\n`
  }
  served.set(`/download/v${version}/SHA256SUMS`, Buffer.from(sums))
}

/** A PATH with these programs only, and with scripts of this content. */
async function createPath(
  programs: readonly string[],
  scripts: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'path-'))
  for (const name of programs.filter((one) => !(one in scripts)))
    await symlink(findProgram(name) ?? '', join(folder, name))
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  }
  return folder
}

const onMachine = (system: string, machine: string): Promise<string> =>
  createPath([...PROGRAMS, 'curl'], { uname: `[ "$1" = -s ] && echo ${system} || echo ${machine}` })

async function install(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
  asked.length = 0
  return await runCommand([SCRIPT, ...args], {
    program: ['sh'],
    cwd: scratch,
    env: { TALOS_IMAGE_RELEASES: releases, PATH: await onMachine('Linux', 'x86_64'), ...env },
  })
}

const newFolder = async (): Promise<string> => join(await mkdtemp(join(scratch, 'to-')), 'bin')

test('fetches the file for this computer, compares it, and says where it is', async () => {
  const folder = await newFolder()
  const { code, stdout, stderr } = await install(['--to', folder])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(
    `Fetching ${releases}/latest/download/talos-image-linux-x64.tar.gz
Installed talos-image 1.2.3 as ${folder}/talos-image
${folder} is not in PATH yet
`,
  )
  expect(await readdir(folder)).toEqual(['talos-image'])
  expect((await promisify(execFile)(join(folder, 'talos-image'))).stdout).toBe('1.2.3\n')
})

test.each(['1.2.2', 'v1.2.2'])('--version %s takes that one, in the place of another', async (version) => {
  const folder = await newFolder()
  await install(['--to', folder])
  expect((await install(['--to', folder, '--version', version])).stdout).toContain('Installed talos-image 1.2.2 as')
  expect(asked).toEqual(['/download/v1.2.2/SHA256SUMS', '/download/v1.2.2/talos-image-linux-x64.tar.gz'])
})

test.each([
  ['Linux', 'aarch64', 'linux-arm64'],
  ['Linux', 'x86_64', 'linux-x64'],
  ['Darwin', 'arm64', 'darwin-arm64'],
  ['Darwin', 'x86_64', 'darwin-x64'],
])('on %s with %s it is %s', async (system, machine, target) => {
  await install(['--to', await newFolder()], { PATH: await onMachine(system, machine) })
  expect(asked).toContain(`/latest/download/talos-image-${target}.tar.gz`)
})

test('a computer that there is no executable for is told so, and nothing is fetched', async () => {
  const { code, stderr } = await install(['--to', await newFolder()], { PATH: await onMachine('FreeBSD', 'riscv64') })
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      'error: there is no executable for FreeBSD on riscv64\n  hint: npm install --global talos-image works with Node.js 20 or newer\n',
  })
  expect(asked).toEqual([])
})

test.each([
  ['wget in the place of curl', [...PROGRAMS, 'wget']],
  ['shasum in the place of sha256sum', ['perl', 'shasum', 'curl', ...PROGRAMS.filter((name) => name !== 'sha256sum')]],
])('works with %s', async (_, programs) => {
  const folder = await newFolder()
  const { code, stderr } = await install(['--to', folder], { PATH: await createPath(programs) })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(await readdir(folder)).toEqual(['talos-image'])
})

test.each([
  ['without curl and wget', PROGRAMS, 'there is neither curl nor wget'],
  [
    'without sha256sum and shasum',
    ['curl', ...PROGRAMS.filter((name) => name !== 'sha256sum')],
    'there is neither sha256sum nor shasum, so nothing can be compared',
  ],
])('%s it says so, and leaves nothing', async (_, programs, message) => {
  const folder = await newFolder()
  const { code, stderr } = await install(['--to', folder], { PATH: await createPath(programs) })
  expect({ code, stderr }).toEqual({ code: 1, stderr: `error: ${message}\n` })
  expect(await readdir(folder)).toEqual([])
})

test('what has another sum than it was released with is not installed, and what was there stays', async () => {
  await release('6.6.6')
  served.set(
    '/download/v6.6.6/talos-image-linux-x64.tar.gz',
    served.get('/download/v1.2.3/talos-image-linux-x64.tar.gz') ?? Buffer.of(),
  )
  const folder = await newFolder()
  await mkdir(folder)
  await writeFile(join(folder, 'talos-image'), 'older')
  const { code, stdout, stderr } = await install(['--to', folder, '--version', '6.6.6'])
  expect(code).toBe(1)
  expect(stdout).not.toContain('Installed')
  expect(stderr).toMatch(
    /^error: talos-image-linux-x64\.tar\.gz has the SHA-256 [0-9a-f]{64}, and SHA256SUMS has [0-9a-f]{64}: /,
  )
  expect(await readdir(folder)).toEqual(['talos-image'])
  expect(await readFile(join(folder, 'talos-image'), 'utf8')).toBe('older')
})

test('gh is asked where the file comes from, if that is wanted, and nothing is installed when it does not know', async () => {
  const says = (code: number) => createPath([...PROGRAMS, 'curl'], { gh: `echo "$1 $2 $4 $5"; exit ${code}` })
  const folder = await newFolder()
  const args = ['--to', folder, '--attested-by', 'OWNER/talos-image']
  const refused = await install(args, { PATH: await says(1) })
  expect(refused).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/\nattestation verify --repo OWNER\/talos-image\n$/),
    stderr:
      'error: talos-image-linux-x64.tar.gz has no attestation that it comes from OWNER/talos-image\n  hint: nothing was installed; gh said why\n',
  })
  expect(await readdir(folder)).toEqual([])
  expect((await install(args, { PATH: await says(0) })).code).toBe(0)
  expect(await readdir(folder)).toEqual(['talos-image'])
})

test('a release without a sum of the file is refused', async () => {
  await release('7.7.7')
  served.set('/download/v7.7.7/SHA256SUMS', Buffer.from(`${'0'.repeat(64)}  talos-image-linux-x64.tar.gz.asc\n`))
  const { code, stderr } = await install(['--to', await newFolder(), '--version', '7.7.7'])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `error: ${releases}/download/v7.7.7/SHA256SUMS has no talos-image-linux-x64.tar.gz\n`,
  })
})

test('a version that there is no release of is an error with its address', async () => {
  const { code, stderr } = await install(['--to', await newFolder(), '--version', '9.9.9'])
  expect(code).toBe(1)
  expect(stderr).toContain(`error: ${releases}/download/v9.9.9/SHA256SUMS cannot be fetched\n`)
})

test('an executable that does not run here is not installed', async () => {
  await release('8.8.8', 'echo "not found" >&2; exit 127')
  const folder = await newFolder()
  const { code, stderr } = await install(['--to', folder, '--version', '8.8.8'])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('error: the executable does not run here\n'),
  })
  expect(await readdir(folder)).toEqual([])
})

test('where nothing can be written, nothing is fetched', async () => {
  const file = join(scratch, 'file')
  await writeFile(file, '')
  const below = await install(['--to', join(file, 'bin')])
  expect(below).toMatchObject({
    code: 1,
    stderr: `error: the folder ${file}/bin cannot be made\n  hint: --to names another one\n`,
  })
  // Not even root can, there.
  const { code, stderr } = await install(['--to', '/proc'])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'error: nothing can be written to /proc\n  hint: run this with sudo, or name another folder with --to\n',
  })
  expect(asked).toEqual([])
})

test.each([
  ['0', '/usr/local/bin'],
  ['1000', 'HOME/.local/bin'],
])('user %s has it in %s, unless told otherwise', async (id, expected) => {
  const home = await mkdtemp(join(scratch, 'home-'))
  const PATH = await createPath([...PROGRAMS, 'curl'], { id: `echo ${id}`, mkdir: 'exit 1' })
  const { stderr } = await install([], { PATH, HOME: home })
  expect(stderr).toContain(`error: the folder ${expected.replace('HOME', home)} cannot be made\n`)
})

test.each([
  [['--to'], '--to needs a value'],
  [['--prefix', '/usr'], 'there is no argument --prefix; --help shows those that there are'],
])('%j is refused', async (args, message) => {
  expect(await install(args)).toMatchObject({ code: 1, stderr: `error: ${message}\n` })
})

test('--help shows the arguments', async () => {
  expect((await install(['--help'])).stdout).toMatch(/--version VERSION .*--to FOLDER/s)
})

test('half of the script does nothing', async () => {
  const script = await readFile(SCRIPT, 'utf8')
  const half = join(scratch, 'half.sh')
  await writeFile(half, script.slice(0, script.lastIndexOf('main "$@"')))
  const { code, stdout } = await runCommand([half], { program: ['sh'], cwd: scratch })
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
})
