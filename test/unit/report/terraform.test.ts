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
    expect(terraformOf([1], [undefined])).toBe(`data "hcloud_image" "talos_x86" {
  with_selector     = "os=talos,!role,version=v1.12.2"
  with_architecture = "x86"
  most_recent       = true
}`)
  })

  test("has the module's settings for the roles that were built", () => {
    const text = terraformOf([0, 3])
    expect(text.split('\n\n')).toEqual([
      `control_plane_image_selector = "os=talos,role=control-plane"
worker_image_selector        = "os=talos,role=worker"`,
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
    expect(terraformOf([2]).startsWith('worker_image_selector = "os=talos,role=worker"\n\n')).toBe(true)
  })

  test('gives every data source a name of its own', () => {
    const names = [...terraformOf([0, 1, 2, 3]).matchAll(/^data "hcloud_image" "(\w+)"/gm)].map(([, name]) => name)
    expect(new Set(names).size).toBe(4)
  })

  test('leaves the version open for a snapshot that has none', () => {
    const { snapshots } = toResultDocument(result(built(imageAt(rolesPlan(), 0), 1)), 'v1.12.2', FACTORY)
    expect(formatTerraform(snapshots.map((one) => ({ ...one, labels: { os: 'talos' } })))).not.toContain('version')
    expect(formatTerraform([])).toBe('')
  })
})
