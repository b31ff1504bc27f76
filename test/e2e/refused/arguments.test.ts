/** Commands, arguments and flags that do not exist or do not fit: refused before any request. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type Project } from '../../support/project.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { runInWorkspace } from '../../support/workspace.ts'

let project: Project

beforeAll(async () => {
  project = await createProject({ machines: 'none' })
})
afterEach(() => {
  expect(project.log).toEqual([])
})
afterAll(() => project.close())

type Case = readonly [args: string, ...texts: string[]]

describe('a refused command line', () => {
  const cases: readonly Case[] = [
    ['bild', "unknown command 'bild'", 'Did you mean build?'],
    ['build GPU', "'GPU' is invalid for argument 'target'", 'A role has small letters, digits and dashes'],
    ['build controlplane', 'schematic-controlplane.yaml: does not exist', 'did you mean "control-plane"?\n'],
    ['build x86', 'schematic-x86.yaml: does not exist', 'hint: it is an architecture'],
    ['build gpu', 'hint: there are schematic-control-plane.yaml, schematic-worker.yaml\n'],
    ['build worker control-plane', "too many arguments for 'build'"],
    ['build ./a.pkr.hcl --directory b', '"./a.pkr.hcl" is a template, and --directory names another: "b"'],
    ['build --nope', "unknown option '--nope'"],
    ['build --dryrun', "unknown option '--dryrun'", 'Did you mean --dry-run?'],
    [
      '--sandbox build',
      "unknown option '--sandbox'",
      '(Flags come after the command: talos-image COMMAND --sandbox)\n',
    ],
    ['list --var a=b', "unknown option '--var'"],
    ['build --ssh-port 0', "'--ssh-port <port>' argument '0' is invalid", 'from 1 to 65535'],
    ['build --ssh-port 65536', 'from 1 to 65535'],
    ['build --ssh-port ssh', 'from 1 to 65535'],
    ['build --ssh-timeout 0', "'--ssh-timeout <duration>' argument '0' is invalid", 'such as 90s or 5m'],
    ['build --ssh-timeout 5x', 'such as 90s or 5m'],
    ['build --ssh-timeout 25h', 'up to 24h'],
    ['build --ssh-timeout -5s', 'such as 90s or 5m'],
    ['build --arch arm64', 'Hetzner calls it "arm"'],
    ['build --arch mips', 'Use arm or x86'],
    ['build --sha256 abc', '64 hexadecimal digits'],
    ['build --output xml', 'Allowed choices are text, json'],
    ['build --factory-url nowhere', 'error: --factory-url: "nowhere" is not an http or https URL'],
    ['build --shard 1', "'--shard <index/count>' argument '1' is invalid", 'such as 1/4 for the first of four'],
    [
      'build --shard 0/4',
      'error: --shard: there is no shard 0 of 4',
      'hint: shards count from 1: write one of 1/4 to 4/4',
    ],
    [
      'build --shard 1/4 --tfvars a.tfvars.json',
      'error: --tfvars: a shard has a part of the images, and Terraform needs all',
      'talos-image merge-results --tfvars FILE RESULT...',
    ],
    ['merge-results', "missing required argument 'files'"],
    ['merge-results nope.json', 'error: nope.json: there is no file "nope.json"'],
    ['merge-results _packer/schematic.yaml', 'error: _packer/schematic.yaml: this file holds no result of a build'],
    ['merge-results _packer', 'there is no result in any of the folders'],
    ['merge-results a.json --expect 0', 'Use a whole number of at least 1.'],
    ['show', "missing required argument 'id'"],
    ['delete', 'error: no snapshot was given', 'hint: give IDs, or --arch, --role'],
    ['protect 1 --arch arm', 'error: snapshots are given by ID and by flags'],
    ['delete 1', 'error: delete asks first, and there is no terminal to ask in', 'hint: add --yes'],
    ['build --even-in-use', 'error: nothing is replaced without --force'],
    ['delete abc', 'Snapshot IDs are numbers, as in `talos-image list`'],
    ['schematic di mine.yaml', "unknown command 'di'", 'Did you mean id?'],
    ['build --roles worker', 'error: --roles builds every role', 'hint: give one of the two'],
    ['build --roles --schematic mine.yaml', 'error: --schematic is for generic images', 'a role has its own schematic'],
    [
      'build --image-file a.raw',
      'error: --image-file holds one architecture',
      'hint: say which: --arch arm or --arch x86',
    ],
    [
      `build --sha256 ${'0'.repeat(64)}`,
      'error: --sha256 does not say which image it is for',
      '--sha256 arm=... and --sha256 x86=...',
    ],
    ['build --var talos_version', 'has no "=" in it', 'hint: write -var name=value'],
    ['build --var nope=1', '-var nope: "nope" is not a declared variable', 'hint: declare it'],
    ['build --var talos_versoin=v1.13.0', 'hint: did you mean "talos_version"?'],
    ['build -var nope=1', '"nope" is not a declared variable'],
  ]
  it.each(cases)('%s', async (args, ...texts) => {
    const result = await runInWorkspace(args.split(' '), { env: project.env })
    expectRefusal(result, 'error: ', ...texts)
  })

  it('without a command shows the help', async () => {
    const { code, stdout, stderr } = await runInWorkspace([], { env: project.env })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Usage: talos-image [options] [command]')
  })

  it('is not help or a version that was asked for', async () => {
    for (const args of [['--help'], ['help', 'build'], ['build', '--help'], ['--version']]) {
      const result = await runInWorkspace(args, {})
      expect(result).toMatchObject({ code: 0, stderr: '' })
      expect(result.stdout).toMatch(args[0] === '--version' ? /^\d+\.\d+\.\d+\n$/ : /^Usage: talos-image/)
    }
  })
})

describe('an endpoint', () => {
  it.each(['HCLOUD_ENDPOINT', 'TALOS_IMAGE_FACTORY_URL'])('%s that is no URL is refused by its name', async (name) => {
    for (const url of ['nowhere', 'ftp://127.0.0.1/v1', '127.0.0.1:80']) {
      const result = await runInWorkspace(['build'], { env: { ...project.env, [name]: url } })
      expectRefusal(result, `error: ${name}: "${url}" is not an http or https URL`, 'hint: ')
    }
  })

  it.each(['https://me:topsecret@127.0.0.1', 'me:topsecret@127.0.0.1'])('%s is refused, and not shown', async (url) => {
    const result = await runInWorkspace(['build'], { env: { ...project.env, TALOS_IMAGE_FACTORY_URL: url } })
    expectRefusal(result, '[redacted]@127.0.0.1" is not an http or https URL without credentials')
    expect(result.stderr).not.toContain('topsecret')
  })
})
