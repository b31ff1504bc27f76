/** No token, or one that will not do: nothing is made. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type Project } from '../../support/project.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { runInWorkspace } from '../../support/workspace.ts'

const FULL = 'ReadWrite0Yq7mZ4tK1vR8xW3nB6cJ9hL2pD5sF0gT7uE4iA1oX8zVkNotReal0'
const READ_ONLY = 'ReadOnly0Yq7mZ4tK1vR8xW3nB6cJ9hL2pD5sF0gT7uE4iA1oX8zVkNotReal00'

let project: Project

beforeAll(async () => {
  project = await createProject({
    machines: 'none',
    tokens: [
      { token: FULL, project: 'mine', readOnly: false },
      { token: READ_ONLY, project: 'mine', readOnly: true },
    ],
  })
})
afterEach(() => {
  expect(project.changes()).toEqual([])
  expect(project.attempts()).not.toContain('POST /servers')
  project.forget()
})
afterAll(() => project.close())

const commands = ['build', 'plan', 'list', 'cleanup', 'delete --yes 400000001']

describe('no token', () => {
  it.each(commands)('stops %s', async (command) => {
    for (const token of ['', '  \n']) {
      const result = await runInWorkspace(command.split(' '), { env: { ...project.env, HCLOUD_TOKEN: token } })
      expectRefusal(result, 'error: HCLOUD_TOKEN: there is no API token', 'hint: set HCLOUD_TOKEN', '--sandbox')
    }
    expect(project.log).toEqual([])
  })

  it('is said together with what else is wrong', async () => {
    const args = ['build', '--var', 'nope=1', '--image-file', 'none.raw', '--arch', 'x86']
    const result = await runInWorkspace(args, { env: { ...project.env, HCLOUD_TOKEN: '' } })
    expectRefusal(result, 'there is no API token', '"nope" is not a declared variable', 'none.raw does not exist')
  })
})

describe('a token', () => {
  it.each(commands)('that the API refuses stops %s', async (command) => {
    const token = 'WrongToken0123456789WrongToken0123456789WrongToken0123456789abcd'
    const result = await runInWorkspace(command.split(' '), { env: { ...project.env, HCLOUD_TOKEN: token } })
    expectRefusal(result, 'Hetzner Cloud answered 401 unauthorized', 'hint: the token was refused: check HCLOUD_TOKEN')
  })

  it('that may only read is found out by the first change, before there is a server', async () => {
    const env = { ...project.env, HCLOUD_TOKEN: READ_ONLY }
    const result = await runInWorkspace(['build'], { env })
    expectRefusal(
      result,
      ' token_readonly to POST /ssh_keys',
      'hint: the token may only read: create one with "Read & Write"',
    )
    expect(project.attempts()).toEqual(['POST /ssh_keys'])
  })

  it('that may only read is enough to plan and to list', async () => {
    const env = { ...project.env, HCLOUD_TOKEN: READ_ONLY }
    expect(await runInWorkspace(['plan'], { env })).toMatchObject({ code: 0 })
    expect(await runInWorkspace(['list'], { env })).toMatchObject({ code: 0 })
  })

  it('that no header can hold is not shown in the error', async () => {
    const env = { ...project.env, HCLOUD_TOKEN: 'half-of-the-token\nother-half-of-it' }
    const result = await runInWorkspace(['list'], { env })
    expectRefusal(result, 'the API token holds a character that tokens do not have', 'hint: set HCLOUD_TOKEN again')
    expect(result.stderr).not.toContain('half-of')
  })
})
