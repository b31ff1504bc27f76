/** Var files, variables and versions that are wrong: each named by file, line and column. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CommandResult } from '../../support/command.ts'
import { createProject, type Project } from '../../support/project.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { runInWorkspace, VAR_FILE } from '../../support/workspace.ts'

let project: Project

beforeAll(async () => {
  project = await createProject({ machines: 'none' })
})
afterEach(() => {
  expect(project.attempts()).toEqual([])
})
afterAll(() => project.close())

const build = (...args: string[]): Promise<CommandResult> => runInWorkspace(['build', ...args], { env: project.env })

const buildWith = (variables: string): Promise<CommandResult> =>
  runInWorkspace(['build'], { files: { [VAR_FILE]: variables }, env: project.env })

describe('a refused var file', () => {
  it.each([
    ['a missing quote', 'talos_version = "v1.12.2\n', ':1:25: not valid HCL', 'hint: a string must end on the line'],
    ['a missing value', 'a = 1\ntalos_version =\n', ':2:', 'not valid HCL'],
    ['a wrong type', 'talos_version = ["v1.12.2"]', ':1:17: "talos_version" must be a string, not a list', 'hint: '],
    ['an unknown function', 'talos_version = nope("x")', ':1:17: ', 'hint: '],
    ['an unknown reference', 'talos_version = var.nope', ':1:17: ', 'hint: '],
  ])('with %s', async (_, text, ...texts) => {
    expectRefusal(await buildWith(text), `error: ${VAR_FILE}`, ...texts)
  })

  it('that does not exist', async () => {
    expectRefusal(await build('--var-file', 'none.hcl'), 'there is no file "none.hcl"', 'hint: check the path')
  })

  it('that is a directory', async () => {
    expectRefusal(await build('--var-file', '_packer'), '_packer', 'hint: ')
  })

  it('in a directory that does not exist', async () => {
    expectRefusal(await build('--directory', 'nowhere'), 'nowhere', 'does not exist', 'hint: name the directory')
  })

  it('with JSON that is none', async () => {
    const files = { '_packer/x.auto.pkrvars.json': '{\n  "talos_version": "v1.12.2",\n}' }
    const result = await runInWorkspace(['build'], { files, env: project.env })
    expectRefusal(result, 'error: _packer/x.auto.pkrvars.json:2:', 'hint: ')
  })

  it('shows all that is wrong in all files at once', async () => {
    const files = { [VAR_FILE]: 'talos_version = [1]\nserver_location = {}\n', 'more.hcl': 'server_type_arm = "' }
    const result = await runInWorkspace(['build', '--var-file', 'more.hcl'], { files, env: project.env })
    expectRefusal(result, `${VAR_FILE}:1:17: `, 'more.hcl:1:')
  })
})

describe('a refused version', () => {
  it.each([
    ['v1.99.0', 'the Image Factory has no Talos v1.99.0', 'hint: the newest is "v1.13.9"'],
    ['v1.13.99', 'the Image Factory has no Talos v1.13.99', 'hint: it has "v1.13.9", "v1.13.8", "v1.13.7"'],
    ['v1.99', 'the Image Factory has no Talos v1.99', 'hint: the newest is "v1.13.9"'],
    ['1.12', '"1.12" is not a Talos version', 'hint: write it as "v1.12"'],
    ['1.12.2', '"1.12.2" is not a Talos version', 'hint: write it as "v1.12.2"'],
    ['v1.12.2 ', '"v1.12.2 " is not a Talos version', 'hint: write it as "v1.12.2"'],
    ['V1.12.2', '"V1.12.2" is not a Talos version', 'hint: write it as "v1.12.2"'],
    ['vv1.12.2', '"vv1.12.2" is not a Talos version', 'hint: write it as "v1.12.2"'],
    ['vv1', '"vv1" is not a Talos version', 'hint: write it like "v1.13.9"'],
    ['newest', '"newest" is not a Talos version', 'hint: write it like "v1.13.9"'],
    ['v1.12.2; reboot', '"v1.12.2; reboot" is not a Talos version', 'hint: write it as "v1.12.2"'],
    ['', '"talos_version" is empty', 'hint: give a value'],
  ])('"%s"', async (version, message, hint) => {
    const where = `error: ${VAR_FILE}:1:17: `
    expectRefusal(await buildWith(`talos_version = "${version}"`), `${where}${message}`, hint)
  })

  it('is named by the variable that it came from', async () => {
    const env = { ...project.env, PKR_VAR_talos_version: '1.12.2' }
    const files = { '_packer/talos-hcloud.pkr.hcl': 'variable "talos_version" {}' }
    expectRefusal(await runInWorkspace(['build'], { env, files }), 'error: PKR_VAR_talos_version: "1.12.2" is not')
    expectRefusal(await build('--var', 'talos_version=1.12.2'), 'talos_version: "1.12.2" is not')
  })
})
