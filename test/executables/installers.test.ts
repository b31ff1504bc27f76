/** What `npm run installers` writes: the script with real files, the formula and the expression as far as their languages tell. */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../support/command.ts'
import { FOLDER, VERSION } from '../support/executables.ts'

const { GITHUB_SERVER_URL = 'https://github.com', GITHUB_REPOSITORY = 'OWNER/talos-image' } = process.env
const RELEASES = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/releases`
const MACHINES = ['x64', 'arm64'] as const

let scratch: string
let sums: ReadonlyMap<string, string>
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'talos-image-installers-'))
  const lines = (await readFile(join(FOLDER, 'SHA256SUMS'), 'utf8')).trim().split('\n')
  sums = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)] as const))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const ask = async (program: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(program, args, { cwd: FOLDER })).stdout

/** Where the archive of a machine is, and its sum. */
const archiveFor = (machine: string): { url: string; sha256: string } => {
  const name = `talos-image-linux-${machine}.tar.gz`
  return { url: `${RELEASES}/download/v${VERSION}/${name}`, sha256: sums.get(name) ?? '' }
}

test('the script of a release installs that release', async () => {
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    createReadStream(join(FOLDER, basename(url))).pipe(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const releases = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const { code, stdout, stderr } = await runCommand([join(FOLDER, 'install.sh'), '--to', join(scratch, 'bin')], {
    program: ['sh'],
    cwd: scratch,
    env: { TALOS_IMAGE_RELEASES: releases },
  })
  server.close()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`Installed talos-image ${VERSION} as ${scratch}/bin/talos-image\n`)
  expect(asked).toContain(`/download/v${VERSION}/talos-image-linux-x64.tar.gz`)
  expect(await ask(join(scratch, 'bin/talos-image'), '--version')).toBe(`${VERSION}\n`)
  expect(await readFile(join(FOLDER, 'install.sh'), 'utf8')).toContain(`\nRELEASES=${RELEASES}\nVERSION=${VERSION}\n`)
})

/** What Homebrew gives a formula, for one machine: it tells what the formula asks for. */
const FORMULA = `
require 'json'
MACHINE, FILE = ARGV
TOLD = {}
module OS def self.mac? = false end
module Hardware class CPU def self.arm? = MACHINE == 'arm64' end end
class Folder
  def initialize(name) = @name = name
  def install(*what) = (TOLD[@name] = what)
  def /(name) = "#{@name}/#{name}"
  def to_s = @name
end
class Formula
  %i[desc homepage license version url sha256].each do |name|
    define_singleton_method(name) { |value = nil| value ? TOLD[name] = value : TOLD[name] }
  end
  def self.on_macos = nil
  def self.on_linux = yield
  def self.on_arm = (yield if MACHINE == 'arm64')
  def self.on_intel = (yield if MACHINE == 'x64')
  def self.test = nil
  def bin = Folder.new('bin')
  def doc = Folder.new('doc')
  def generate_completions_from_executable(*command) = (TOLD[:completions] = command)
end
load FILE
TalosImage.new.install
puts JSON.generate(TOLD)
`

/** What Nix packages are called with: the arguments are the result. */
const NIX = `{ file, system }: import file {
  lib = { optionals = is: list: if is then list else [ ]; optionalString = is: text: if is then text else "";
    licenses.asl20 = "Apache-2.0"; sourceTypes.binaryNativeCode = "binary"; };
  stdenv = { mkDerivation = given: given; cc.cc.lib = "libstdc++"; buildPlatform.canExecute = _: true;
    hostPlatform = { inherit system; isLinux = true; }; };
  fetchurl = given: given;
  autoPatchelfHook = "patchelf";
  installShellFiles = "completions";
}`

describe.each(MACHINES)('for Linux on %s', (machine) => {
  test('the formula takes the archive by its sum, and installs what is in it', async () => {
    await writeFile(join(scratch, 'formula.rb'), FORMULA)
    const told: unknown = JSON.parse(
      await ask('ruby', join(scratch, 'formula.rb'), machine, join(FOLDER, 'talos-image.rb')),
    )
    const name = `talos-image-linux-${machine}`
    expect(told).toMatchObject({
      ...archiveFor(machine),
      version: VERSION,
      license: 'Apache-2.0',
      bin: [{ [name]: 'talos-image' }],
      doc: [`${name}.licenses.txt`, `${name}.cdx.json`],
      completions: ['bin/talos-image', 'completion'],
    })
    const held = (await ask('tar', '-tzf', `${name}.tar.gz`)).split('\n')
    expect(held).toEqual(expect.arrayContaining([name, `${name}.licenses.txt`, `${name}.cdx.json`]))
  })

  test('the expression takes the archive by its sum, and installs what is in it', async () => {
    await writeFile(join(scratch, 'call.nix'), NIX)
    const system = machine === 'x64' ? 'x86_64-linux' : 'aarch64-linux'
    const args = ['--argstr', 'system', system, '--arg', 'file', join(FOLDER, 'talos-image.nix')]
    const evaluate = ['--eval', '--strict', '--json', '--store', 'dummy://', join(scratch, 'call.nix'), ...args]
    const told: unknown = JSON.parse(await ask('nix-instantiate', ...evaluate))
    expect(told).toMatchObject({
      pname: 'talos-image',
      version: VERSION,
      src: archiveFor(machine),
      nativeBuildInputs: ['completions', 'patchelf'],
      dontStrip: true,
      installPhase: expect.stringContaining(`install -D -m 755 talos-image-linux-${machine} $out/bin/talos-image\n`),
      meta: { license: 'Apache-2.0', mainProgram: 'talos-image', platforms: ['aarch64-linux', 'x86_64-linux'] },
    })
  })
})
