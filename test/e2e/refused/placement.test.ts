/** Server types and locations that do not exist or do not fit. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
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

const ARM_TYPES = 'for arm there are cax11, cax21, cax31, cax41'

const cases: readonly (readonly [variables: string, ...texts: string[]])[] = [
  [
    'server_type_arm = "cx23"',
    '1:19: the server type "cx23" is x86, but an arm image is to be built on it',
    `hint: ${ARM_TYPES}`,
  ],
  ['server_type_arm = "cax12"', '1:19: Hetzner Cloud has no server type "cax12"', '"cax11"', ARM_TYPES],
  // as in the first years of the template
  ['server_type_x86 = "cx11"', '1:19: Hetzner Cloud has no server type "cx11"', 'for x86 there are', 'cx23'],
  ['server_type_x86 = "cx32"', '1:19: the server type "cx32" was retired on 2025-12-31', 'for x86 there are', 'cx23'],
  [
    'server_type_arm = "cax21"\nserver_location = "ash"',
    '1:19: the server type "cax21" is not offered in the location "ash"',
    'hint: it is offered in fsn1, nbg1, hel1; in "ash" there are no arm types',
  ],
  ['server_location = "fsn2"', '1:19: Hetzner Cloud has no location "fsn2"', 'hint: did you mean "fsn1"?'],
  ['server_location = "fsn1-dc14"', '1:19: Hetzner Cloud has no location "fsn1-dc14"', 'hint: did you mean "fsn1"?'],
  ['server_location = "mars"', '1:19: Hetzner Cloud has no location "mars"', 'hint: there are fsn1, nbg1, hel1, ash'],
]

describe('a refused placement', () => {
  it.each(cases)('%s', async (variables, ...texts) => {
    const result = await runInWorkspace(['build'], { files: { [VAR_FILE]: variables }, env: project.env })
    expectRefusal(result, `error: ${VAR_FILE}:`, ...texts)
  })

  it('is named by its flag', async () => {
    const result = await runInWorkspace(['build', '--var', 'server_location=fsn2'], { env: project.env })
    expectRefusal(result, 'var server_location: Hetzner Cloud has no location "fsn2"')
  })

  it('of three kinds is shown at once, each once', async () => {
    const files = { [VAR_FILE]: 'server_location = "fsn2"\nserver_type_arm = "cx23"\nserver_type_x86 = "cax11"\n' }
    const result = await runInWorkspace(['build', '--roles'], { files, env: project.env })
    expectRefusal(result, 'no location "fsn2"', '"cx23" is x86', '"cax11" is arm')
    expect(result.stderr.match(/^error: /gm)).toHaveLength(3)
  })

  it('is not what a default comes to that is not offered in the chosen location', async () => {
    const files = { [VAR_FILE]: 'server_location = "ash"' }
    const { code, stdout } = await runInWorkspace(['plan', '--arch', 'arm'], { files, env: project.env })
    expect(code).toBe(0)
    expect(stdout).toContain('note: cax11 is not offered in ash')
    expect(stdout).toContain(': build on cax11 in ')
  })

  it('is what it comes to with --no-fallback', async () => {
    const files = { [VAR_FILE]: 'server_location = "ash"' }
    const result = await runInWorkspace(['build', '--no-fallback', '--arch', 'arm'], { files, env: project.env })
    expectRefusal(result, 'the server type "cax11" is not offered in the location "ash"')
  })
})
