/** No answer: the message says from where, and what to check. That is not a mistake of the input. */

import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type Project } from '../../support/project.ts'
import { expectFailure } from '../../support/refusal.ts'
import { unusedUrlAt } from '../../support/web.ts'
import { runInWorkspace } from '../../support/workspace.ts'

let project: Project
let unreachable: string

beforeAll(async () => {
  unreachable = await unusedUrlAt(createServer())
  project = await createProject({ machines: 'none' })
})
afterAll(() => project.close())

// What waits between tries need not wait for each other.
describe.concurrent('a service that does not answer', () => {
  it.each(['build', 'list', 'delete --yes 400000001'])('at HCLOUD_ENDPOINT ends %s', async (command) => {
    const env = { ...project.env, HCLOUD_ENDPOINT: `${unreachable}/v1` }
    const result = await runInWorkspace(command.split(' '), { env })
    expectFailure(
      1,
      result,
      `answer from ${unreachable}/v1 to GET /`,
      'ECONNREFUSED',
      'hint: check the network',
      'HCLOUD_END',
    )
    expect(project.attempts()).toEqual([])
    expect(result.stderr.match(/^error: /gm)).toHaveLength(1)
  })

  it('at the Image Factory ends build', async () => {
    const env = { ...project.env, TALOS_IMAGE_FACTORY_URL: unreachable }
    const result = await runInWorkspace(['build'], { env })
    expectFailure(
      1,
      result,
      `no answer to GET ${unreachable}/versions`,
      'ECONNREFUSED',
      'hint: check the network, and ',
    )
  })

  it('who is the Image Factory ends build with its own words', async () => {
    await using broken = await createProject({
      machines: 'none',
      interceptFactory: () => new Response('the build queue is stuck', { status: 500 }),
    })
    const result = await runInWorkspace(['build'], { env: broken.env })
    expectFailure(1, result, 'the Image Factory answered 500 to GET', 'the build queue is stuck', 'hint: ', 'try again')
    expect(broken.attempts()).toEqual([])
  })
})
