/** The workflows that make a release: every script in them that can run here does, in a copy of the sources that is to be released. */

import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type CommandResult, ROOT } from '../support/command.ts'
import { createPathWithoutNode, FOLDER, LINUX_X64 } from '../support/executables.ts'
import { runScripts } from '../support/github-job.ts'
import { prepareTerraform, REQUIRED_PROVIDERS } from '../support/terraform.ts'
import { createWorkspace } from '../support/workspace.ts'

const run = promisify(execFile)
const NEXT_VERSION = '.github/workflows/next-version.yml'
const RELEASE = '.github/workflows/release.yml'

/** Jobs whose scripts do not run here, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  linux: 'is what runs this test',
  macos: 'takes a Mac; an executable for Linux is tried in the same way',
  windows: 'makes an executable as `linux` does',
  'windows-tried': 'takes Windows; an executable for Linux is tried in the same way',
  container: 'would publish; the test below pushes to a registry on loopback',
  npm: 'would publish; `.ci/run published` does it with --dry-run',
}

/** In the place of what changes this computer or GitHub: npm does not install, and gh writes down what it is told. */
const PROGRAMS = {
  npm: (real: string) => `#!/bin/sh\n[ "$1" = ci ] || exec '${real}' "$@"\n`,
  gh: () => '#!/bin/sh\nprintf "%s\\n" "$@" >gh-arguments\n',
}

const Manifest = v.object({ version: v.string() })

let scratch: string
let copy: string
let env: Readonly<Record<string, string>>
let version: string
let results: CommandResult[]

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'talos-image-release-'))
  copy = join(scratch, 'copy')
  await copySources()
  await mkdir(join(scratch, 'bin'))
  const { stdout: npm } = await run('sh', ['-c', 'command -v npm'])
  for (const [name, script] of Object.entries(PROGRAMS)) {
    await writeFile(join(scratch, 'bin', name), script(npm.trim()))
    await chmod(join(scratch, 'bin', name), 0o755)
  }
  env = { PATH: `${join(scratch, 'bin')}:${process.env.PATH}` }

  const next = await runScripts(NEXT_VERSION, 'pull-request', {}, { cwd: copy, env })
  expect(
    next.map(({ code }) => code),
    next.at(-1)?.stderr,
  ).toEqual([0, 0])
  await commit()
  version = v.parse(Manifest, JSON.parse(await read('package.json'))).version
  const secrets = { GPG_PRIVATE_KEY: await makeKey(), GPG_PASSPHRASE: 'open' }
  const options = { cwd: copy, env: { ...env, GITHUB_REF_NAME: `v${version}` } }
  results = [
    ...(await runScripts(RELEASE, 'version', {}, options)),
    ...(await runScripts(RELEASE, 'release', { secrets, github: { token: 'a-token' } }, options)),
  ]
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const read = (name: string): Promise<string> => readFile(join(copy, name), 'utf8')

/** What is tracked or new, and of what was made, the files for one system. */
async function copySources(): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    maxBuffer: 1 << 24,
  })
  const made = (await readdir(FOLDER)).filter((name) => name.startsWith('talos-image-linux-x64.'))
  const names = [...stdout.split('\0').filter((name) => name !== ''), ...made.map((name) => `executables/${name}`)]
  for (const name of names) await cp(join(ROOT, name), join(copy, name), { preserveTimestamps: true })
  for (const name of ['node_modules', 'tools/executables/node_modules']) {
    await symlink(join(ROOT, name), join(copy, name))
  }
  await run('git', ['init', '--quiet', copy])
  await commit()
}

async function commit(): Promise<void> {
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: copy })
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'x')
}

/** A key with the passphrase `open`, for signing. */
async function makeKey(): Promise<string> {
  const home = join(scratch, 'gpg')
  await mkdir(home, { mode: 0o700 })
  const gpg = (...args: string[]) =>
    run('gpg', ['--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase', 'open', ...args])
  await gpg('--quick-generate-key', 'Release <release@example.org>', 'rsa3072', 'sign')
  const { stdout } = await gpg('--armor', '--export-secret-keys')
  return stdout
}

const SNAPSHOT = `
provider "talosimage" {
  sandbox = true
}

resource "talosimage_snapshot" "x86" {
  talos_version = "v1.12.2"
  architecture  = "x86"
}
`

/** One that nothing listens on, for a program that cannot tell which it has taken. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

describe('the release', () => {
  test('has no script that no test runs, but for those that cannot', async () => {
    const Jobs = v.object({ jobs: v.record(v.string(), v.unknown()) })
    const { jobs } = v.parse(Jobs, parse(await readFile(join(ROOT, RELEASE), 'utf8')))
    expect(Object.keys(jobs).filter((name) => ELSEWHERE[name] === undefined)).toEqual(['version', 'release'])
  })

  test('goes through', () => {
    expect(
      results.map(({ code }) => code),
      results.at(-1)?.stderr,
    ).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  })

  test('has the notes of its version', async () => {
    expect((await read('CHANGELOG.md')).startsWith(`# Changes\n\n## ${version}\n\n${await read('notes.md')}`)).toBe(
      true,
    )
  })

  test('is published with all that was made, and with checksums and their signatures', async () => {
    const [, , tag, ...args] = (await read('gh-arguments')).trim().split('\n')
    expect(tag).toBe(`v${version}`)
    const provider = `terraform-provider-talosimage_${version}`
    expect(args.filter((name) => name.startsWith('executables/')).map((name) => name.split('/')[1])).toEqual([
      'SHA256SUMS',
      'SHA256SUMS.sig',
      'install.sh',
      ...['cdx.json', 'licenses.txt', 'tar.gz'].map((end) => `talos-image-linux-x64.${end}`),
      'talos-image.nix',
      'talos-image.rb',
      ...['SHA256SUMS', 'SHA256SUMS.sig', 'linux_amd64.zip', 'manifest.json'].map((end) => `${provider}_${end}`),
    ])
  })

  test('has signatures that are right', async () => {
    for (const name of ['SHA256SUMS', `terraform-provider-talosimage_${version}_SHA256SUMS`]) {
      const file = join(copy, 'executables', name)
      const { stderr } = await run('gpg', ['--homedir', join(scratch, 'gpg'), '--verify', `${file}.sig`, file])
      expect(stderr).toContain('Good signature from "Release <release@example.org>"')
      await run('sha256sum', ['--check', '--strict', name], { cwd: join(copy, 'executables') })
    }
  })

  test('has the provider for Terraform under the names that registries want', async () => {
    const sums = await read(`executables/terraform-provider-talosimage_${version}_SHA256SUMS`)
    expect(sums.split('\n').map((line) => line.slice(66))).toEqual([
      `terraform-provider-talosimage_${version}_linux_amd64.zip`,
      `terraform-provider-talosimage_${version}_manifest.json`,
      '',
    ])
    const zip = join(copy, 'executables', `terraform-provider-talosimage_${version}_linux_amd64.zip`)
    const { stdout } = await run('unzip', ['-Z', zip])
    const { size } = await stat(LINUX_X64)
    expect(stdout).toMatch(
      new RegExp(`\n-rwxr-xr-x .* ${size} .* terraform-provider-talosimage_v${version}\n-rw-r--r-- .* LICENSE\n`),
    )
  })

  test('has a provider that Terraform installs, and that builds a snapshot without Node.js', async () => {
    await using workspace = await createWorkspace()
    const PATH = await createPathWithoutNode(join(workspace.root, 'bin'))
    const zip = join(copy, 'executables', `terraform-provider-talosimage_${version}_linux_amd64.zip`)
    const { write, ok, values } = await prepareTerraform(workspace, { ...workspace.sandboxEnv, PATH }, zip)
    await write('main.tf', REQUIRED_PROVIDERS + SNAPSHOT)
    expect(await ok('init')).toContain(`Installing talos-image/talosimage v${version}`)
    await ok('apply', '-auto-approve')
    expect((await values())['talosimage_snapshot.x86']).toMatchObject({ adopted: false, version: 'v1.12.2' })
  })
})

test('an executable is tried as on macOS and Windows', async () => {
  const { stdout } = await run(process.execPath, ['scripts/release/try.mjs', LINUX_X64], { cwd: ROOT })
  expect(stdout).toMatch(/ works: \d+\.\d+\.\d+\n$/)
})

test('the container image is pushed for all machines, under its version and as the latest', async () => {
  const port = await freePort()
  const settings = {
    storage: { filesystem: { rootdirectory: join(scratch, 'registry') } },
    http: { addr: `127.0.0.1:${port}` },
  }
  await writeFile(join(scratch, 'registry.yml'), JSON.stringify({ version: 0.1, log: { level: 'error' }, ...settings }))
  const registry = spawn('docker-registry', ['serve', join(scratch, 'registry.yml')], { stdio: 'ignore' })
  try {
    const tags = (): Promise<unknown> =>
      fetch(`http://127.0.0.1:${port}/v2/owner/talos-image/tags/list`).then(
        (answer) => answer.json(),
        () => undefined,
      )
    await expect.poll(tags).toBeDefined()
    const args = [`127.0.0.1:${port}/Owner/talos-image`, '--dest-tls-verify=false']
    const output = join(scratch, 'output')
    const pushing = { cwd: ROOT, env: { ...process.env, GITHUB_OUTPUT: output } }
    await run(process.execPath, ['scripts/release/push.mjs', ...args], pushing)
    const own = v.parse(Manifest, JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))).version
    expect(await tags()).toEqual({ name: 'owner/talos-image', tags: expect.arrayContaining(['latest', own]) })
    const { stdout } = await run('skopeo', [
      'inspect',
      '--raw',
      '--tls-verify=false',
      `docker://127.0.0.1:${port}/owner/talos-image`,
    ])
    const architectures = [...stdout.matchAll(/"architecture":"(\w+)"/g)].map(([, name]) => name)
    expect(architectures).toEqual(['amd64', 'arm64'])
    const digest = createHash('sha256').update(stdout).digest('hex')
    expect(await readFile(output, 'utf8')).toBe(`name=127.0.0.1:${port}/owner/talos-image\ndigest=sha256:${digest}\n`)
  } finally {
    registry.kill()
  }
})

test('nothing is signed without a key', async () => {
  const signing = run(process.execPath, ['scripts/release/sign.mjs', 'package.json'], {
    cwd: ROOT,
    env: { ...process.env, GPG_PRIVATE_KEY: '' },
  })
  await expect(signing).rejects.toThrow('GPG_PRIVATE_KEY is not set')
})
