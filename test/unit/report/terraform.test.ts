import { describe, expect, test } from 'vitest'
import { toResultDocument } from '../../../src/report/result.ts'
import { formatTerraform } from '../../../src/report/terraform.ts'
import { built, FACTORY, imageAt, result, rolesPlan } from './fixture.ts'

function terraformOf(indexes: readonly number[], roles?: readonly undefined[]): string {
  const plan = rolesPlan(roles === undefined ? {} : { roles })
  const images = indexes.map((index) => built(imageAt(plan, index), index + 1))
  return formatTerraform(toResultDocument(result(...images), 'v1.12.2', FACTORY).snapshots)
}

describe('the Terraform text', () => {
  test('finds exactly the generic image', () => {
    expect(terraformOf([1], [undefined])).toBe(`# hcloud-talos 3.4 and newer
talos_image_id_x86 = "2"

# older hcloud-talos, which selects by labels
control_plane_image_selector = "os=talos,!role,version=v1.12.2"
worker_image_selector        = "os=talos,!role,version=v1.12.2"

data "hcloud_image" "talos_x86" {
  with_selector     = "os=talos,!role,version=v1.12.2"
  with_architecture = "x86"
  most_recent       = true
}`)
  })

  test("has the module's settings for the roles that were built", () => {
    const text = terraformOf([0, 3])
    expect(text.split('\n\n')).toEqual([
      `# older hcloud-talos, which selects by labels
control_plane_image_selector = "os=talos,role=control-plane,version=v1.12.2"
worker_image_selector        = "os=talos,role=worker,version=v1.12.2"`,
      `data "hcloud_image" "talos_control_plane_arm" {
  with_selector     = "os=talos,role=control-plane,version=v1.12.2"
  with_architecture = "arm"
  most_recent       = true
}`,
      `data "hcloud_image" "talos_worker_x86" {
  with_selector     = "os=talos,role=worker,version=v1.12.2"
  with_architecture = "x86"
  most_recent       = true
}`,
    ])
    expect(terraformOf([2])).toMatch(/^# .*\nworker_image_selector = "os=talos,role=worker,version=v1\.12\.2"\n\n/)
  })

  test('gives every data source a name of its own', () => {
    const names = [...terraformOf([0, 1, 2, 3]).matchAll(/^data "hcloud_image" "(\w+)"/gm)].map(([, name]) => name)
    expect(new Set(names).size).toBe(4)
  })

  test('has the IDs of each project, and none where several could be meant', () => {
    const plan = rolesPlan({ roles: [undefined] })
    const in1 = (...ids: number[]) =>
      toResultDocument(result(...ids.map((id) => built(imageAt(plan, 1), id))), 'v1.12.2', FACTORY).snapshots
    const text = formatTerraform(in1(1), [
      { project: 'a', snapshots: in1(1) },
      { project: 'b', snapshots: in1(2) },
    ])
    expect(text).toContain('3.4 and newer, in a\ntalos_image_id_x86 = "1"\n\n# hcloud-talos 3.4 and newer, in b\n')
    expect(formatTerraform(in1(1, 2))).not.toContain('talos_image_id')
  })

  test('leaves the version open for a snapshot that has none', () => {
    const { snapshots } = toResultDocument(result(built(imageAt(rolesPlan(), 0), 1)), 'v1.12.2', FACTORY)
    expect(formatTerraform(snapshots.map((one) => ({ ...one, selector: 'os=talos' })))).not.toContain('version')
    expect(formatTerraform([])).toBe('')
  })
})
