import { describe, expect, test } from 'vitest'
import { formatFailures, formatSummary } from '../../../../src/cli/render/summary.ts'
import { toResultDocument } from '../../../../src/report/result.ts'
import { built, existing, FACTORY, failed, imageAt, result, rolesPlan, SCHEMATIC_ID } from '../../report/fixture.ts'

describe('a summary', () => {
  const plan = rolesPlan()
  const summarize = (...images: Parameters<typeof result>) =>
    formatSummary(toResultDocument(result(...images), 'v1.12.2', FACTORY))

  test('has the table, the Terraform text and the installer', () => {
    expect(summarize(built(imageAt(plan, 2), 1), existing(imageAt(plan, 3), 22))).toBe(
      `ID  ARCH  ROLE    VERSION  SIZE     TIME        SELECTOR
1   arm   worker  v1.12.2  0.20 GB  1 min 32 s  os=talos,role=worker
22  x86   worker  v1.12.2  0.20 GB  existing    os=talos,role=worker

Terraform:

  worker_image_selector = "os=talos,role=worker"

  data "hcloud_image" "talos_worker_arm" {
    with_selector     = "os=talos,role=worker,version=v1.12.2"
    with_architecture = "arm"
    most_recent       = true
  }

  data "hcloud_image" "talos_worker_x86" {
    with_selector     = "os=talos,role=worker,version=v1.12.2"
    with_architecture = "x86"
    most_recent       = true
  }

Installer, for talosctl upgrade and machine.install.image:

  factory.talos.dev/hcloud-installer/${SCHEMATIC_ID}:v1.12.2 (worker)
`,
    )
  })

  test('names every role that an installer is for', () => {
    expect(summarize(built(imageAt(plan, 0), 1), built(imageAt(plan, 2), 2))).toContain(
      ':v1.12.2 (control-plane, worker)\n',
    )
    const generic = rolesPlan({ roles: [undefined] })
    expect(summarize(built(imageAt(generic, 0), 1))).toContain(`${SCHEMATIC_ID}:v1.12.2\n`)
  })

  test('says nothing of installers that are not known, and nothing at all of nothing', () => {
    expect(summarize(built({ ...imageAt(plan, 0), installer: undefined }, 1))).not.toContain('nstaller')
    expect(summarize(failed(imageAt(plan, 0)))).toBe('')
  })

  test('of failures names the image and what to do', () => {
    const outcome = {
      ...result(failed(imageAt(plan, 0))),
      leftovers: [{ name: 'server 5', command: 'hcloud server delete 5', reason: 'locked' }],
    }
    expect(formatFailures(toResultDocument(outcome, 'v1.12.2', FACTORY))).toBe(
      'error: arm control-plane: nothing in stock\n  hint: wait\n' +
        'error: server 5 could not be removed: locked\n  hint: remove it: hcloud server delete 5\n',
    )
    expect(formatFailures(toResultDocument(result(), 'v1.12.2', FACTORY))).toBe('')
  })
})
