/** Schematics that cannot be built from. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type Project } from '../../support/project.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { runInWorkspace } from '../../support/workspace.ts'

let project: Project

beforeAll(async () => {
  project = await createProject({ machines: 'none' })
})
afterEach(() => {
  expect(project.attempts()).toEqual([])
})
afterAll(() => project.close())

const EXTENSIONS = 'customization:\n  systemExtensions:\n    officialExtensions:\n'

const cases: readonly (readonly [what: string, text: string, ...texts: string[]])[] = [
  ['is no YAML', 'customization: [', ':1:17: not valid YAML', 'hint: close the bracket'],
  ['is no mapping', 'just text', ':1:1: the schematic must be a mapping, not a single value', 'hint: fields here'],
  [
    'has an unknown field',
    'customization:\n  systemExtension: {}',
    ':2:3: unknown field "systemExtension"',
    'did you mean',
  ],
  [
    'names an extension that does not exist',
    `${EXTENSIONS}      - siderolabs/iscsi-tool\n`,
    ':4:9: Talos v1.12.2 has no system extension "siderolabs/iscsi-tool"',
    'hint: did you mean "siderolabs/iscsi-tools"',
  ],
  [
    'names two of them',
    `${EXTENSIONS}      - siderolabs/iscsi-tool\n      - siderolabs/tailscail\n`,
    ':4:9: ',
    ':5:9: ',
    '"siderolabs/tailscale"',
  ],
]

describe('a refused schematic', () => {
  it.each(cases)('that %s', async (_, text, ...texts) => {
    const files = { 'mine.yaml': text }
    const result = await runInWorkspace(['build', '--schematic', 'mine.yaml'], { files, env: project.env })
    expectRefusal(result, 'error: mine.yaml:', ...texts)
  })

  it('of a role', async () => {
    const files = { '_packer/schematic-worker.yaml': `${EXTENSIONS}      - siderolabs/iscsi-tool\n` }
    const result = await runInWorkspace(['build', '--roles'], { files, env: project.env })
    expectRefusal(result, 'error: _packer/schematic-worker.yaml:4:9: Talos v1.12.2 has no system extension')
    expect(result.stderr).not.toContain('schematic-control-plane.yaml')
  })

  it('that does not exist, or is a directory', async () => {
    const missing = await runInWorkspace(['build', '--schematic', 'none.yaml'], { env: project.env })
    expectRefusal(missing, 'error: none.yaml: does not exist', 'hint: ')
    const directory = await runInWorkspace(['build', '--schematic', '_packer'], { env: project.env })
    expectRefusal(directory, 'error: _packer: is a directory', 'hint: ')
  })

  it('is shown together with what is wrong in the project', async () => {
    const files = { 'mine.yaml': `${EXTENSIONS}      - siderolabs/iscsi-tool\n` }
    const mistakes = ['--var', 'server_location=fsn2', '--var', 'server_type_arm=cax99']
    const result = await runInWorkspace(['build', '--schematic', 'mine.yaml', ...mistakes], { files, env: project.env })
    expectRefusal(result, 'iscsi-tool"', 'no location "fsn2"', 'no server type "cax99"')
    const version = [...mistakes, '--var', 'talos_version=vv1']
    const other = await runInWorkspace(['build', ...version], { env: project.env })
    expectRefusal(other, '"vv1" is not a Talos version', 'no location "fsn2"', 'no server type "cax99"')
  })
})
