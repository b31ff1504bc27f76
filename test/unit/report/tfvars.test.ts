import { describe, expect, test } from 'vitest'
import { toResultDocument } from '../../../src/report/result.ts'
import { formatTerraform } from '../../../src/report/terraform.ts'
import { toTfvars } from '../../../src/report/tfvars.ts'
import { built, existing, FACTORY, failed, imageAt, result, rolesPlan, SCHEMATIC_ID } from './fixture.ts'

const roles = rolesPlan()
const generic = rolesPlan({ roles: [undefined] })
const document = (...images: Parameters<typeof result>) => toResultDocument(result(...images), 'v1.12.2', FACTORY)
const INSTALLER = `factory.talos.dev/hcloud-installer/${SCHEMATIC_ID}:v1.12.2`

describe('the variables', () => {
  test('of generic images are called as the hcloud-talos module calls them', () => {
    expect(toTfvars(document(built(imageAt(generic, 0), 1), existing(imageAt(generic, 1), 2)))).toEqual({
      talos_version: 'v1.12.2',
      talos_image_ids: { arm: '1', x86: '2' },
      talos_installers: { arm: INSTALLER, x86: INSTALLER },
      talos_image_id_arm: '1',
      talos_image_id_x86: '2',
      control_plane_image_selector: 'os=talos,!role,version=v1.12.2',
      worker_image_selector: 'os=talos,!role,version=v1.12.2',
    })
  })

  test('of role images have the selector of each role, and no generic ID', () => {
    const images = [0, 1, 2, 3].map((index) => built(imageAt(roles, index), index + 1))
    const variables = toTfvars(document(...images))
    expect(variables).toMatchObject({
      control_plane_image_selector: 'os=talos,role=control-plane,version=v1.12.2',
      worker_image_selector: 'os=talos,role=worker,version=v1.12.2',
    })
    const { snapshots } = document(...images)
    const ids = snapshots.map(({ id, role, architecture }) => [`${role?.replace('-', '_')}_${architecture}`, `${id}`])
    expect(variables?.talos_image_ids).toEqual(Object.fromEntries(ids))
    expect(Object.keys(variables ?? {})).not.toContain('talos_image_id_x86')
  })

  test('name only what exists', () => {
    const variables = toTfvars(document(existing(imageAt(roles, 3), 7)))
    expect(variables).toEqual({
      talos_version: 'v1.12.2',
      talos_image_ids: { worker_x86: '7' },
      talos_installers: { worker_x86: INSTALLER },
      worker_image_selector: 'os=talos,role=worker,version=v1.12.2',
    })
  })

  test.each([
    ['generic images', generic, [0, 1]],
    ['roles', roles, [0, 1, 2, 3]],
    ['one role', roles, [3]],
  ] as const)('are those of the text to copy, and the selectors those of the table: %s', (_, plan, indexes) => {
    const made = document(...indexes.map((index) => built(imageAt(plan, index), index + 1)))
    const text = formatTerraform(made.snapshots)
    const inText = [...text.matchAll(/^(\w+) += "(.*)"$/gm)].map(([, name, value]) => [name, value])
    const { talos_version: _version, talos_image_ids: _ids, talos_installers: _all, ...module } = toTfvars(made) ?? {}
    expect(Object.fromEntries(inText)).toEqual(module)
    const inSources = [...text.matchAll(/with_selector += "(.*)"/g)].map(([, selector]) => selector)
    expect(inSources).toEqual(made.snapshots.map(({ selector }) => selector))
    for (const [name, value] of inText) if (name?.endsWith('_selector')) expect(inSources).toContain(value)
  })

  test('leave out an installer that is not known', () => {
    const image = { ...imageAt(generic, 1), installer: undefined }
    expect(toTfvars(document(built(image, 1)))?.talos_installers).toEqual({})
  })

  test('are none when an image is missing, since those of the others would not go together with older ones', () => {
    expect(toTfvars(document(built(imageAt(generic, 0), 1), failed(imageAt(generic, 1))))).toBeUndefined()
    expect(toTfvars(document(failed(imageAt(generic, 0))))).toBeUndefined()
    expect(toTfvars(document())).toBeUndefined()
  })
})
