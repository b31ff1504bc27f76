import { describe, expect, test } from 'vitest'
import { findFailures, findLeftovers, formatInterrupted, formatSummary } from '../../../../src/cli/render/summary.ts'
import type { Problem } from '../../../../src/errors.ts'
import { toResultDocument } from '../../../../src/report/result.ts'
import { built, existing, FACTORY, failed, imageAt, result, rolesPlan, SCHEMATIC_ID } from '../../report/fixture.ts'

describe('a summary', () => {
  const plan = rolesPlan()
  const summarize = (...images: Parameters<typeof result>) =>
    formatSummary([toResultDocument(result(...images), 'v1.12.2', FACTORY)])

  test('has the table, the Terraform text and the installer', () => {
    expect(summarize(built(imageAt(plan, 2), 1), existing(imageAt(plan, 3), 22))).toBe(
      `ID  ARCH  ROLE    VERSION  SIZE     TIME        SELECTOR
1   arm   worker  v1.12.2  0.20 GB  1 min 32 s  os=talos,role=worker,version=v1.12.2
22  x86   worker  v1.12.2  0.20 GB  existing    os=talos,role=worker,version=v1.12.2

Terraform:

  # older hcloud-talos, which selects by labels
  worker_image_selector = "os=talos,role=worker,version=v1.12.2"

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

  test('of a narrow terminal leaves columns out, until they fit', () => {
    const document = [toResultDocument(result(built(imageAt(plan, 2), 1)), 'v1.12.2', FACTORY)]
    const table = (width: number) => formatSummary(document, width).split('\n')[0]
    expect(table(60)).toBe('ID  ARCH  ROLE    VERSION  SIZE     TIME        SELECTOR'.replace(/ +SELECTOR/, ''))
    expect(table(40)).toBe('ID  ARCH  ROLE    VERSION  SIZE')
    expect(table(32)).toBe('ID  ARCH  ROLE    VERSION')
    // What is there to be copied is whole.
    expect(formatSummary(document, 20)).toContain('    with_selector     = "os=talos,role=worker,version=v1.12.2"\n')
  })
})

describe('failures', () => {
  const plan = rolesPlan()
  const documentOf = (outcome: ReturnType<typeof result>) => [toResultDocument(outcome, 'v1.12.2', FACTORY)]
  const failedWith = (index: number, problem: Problem) => {
    const one = failed(imageAt(plan, index))
    return one.status === 'failed' ? { ...one, problem } : one
  }

  test('name the image and what to do', () => {
    expect(findFailures(documentOf(result(failed(imageAt(plan, 0)))))).toEqual([
      { code: 'stock', message: 'arm control-plane: nothing in stock', hint: 'wait' },
    ])
    expect(findFailures(documentOf(result(built(imageAt(plan, 0), 1))))).toEqual([])
  })

  test('that are alike are said once', () => {
    const other = { code: 'ssh', message: 'no answer' } as const
    const document = documentOf(result(failed(imageAt(plan, 0)), failedWith(1, other), failed(imageAt(plan, 2))))
    expect(findFailures(document).map(({ message }) => message)).toEqual([
      'arm control-plane, arm worker: nothing in stock',
      'x86 control-plane: no answer',
    ])
  })

  test('without a remedy of their own get one', () => {
    const document = documentOf(result(failedWith(0, { code: 'ssh', message: 'no answer' })))
    expect(findFailures(document)[0]?.hint).toContain('run the same command again')
  })

  test('are none when it was interrupted', () => {
    const stopped = { code: 'interrupted', message: 'interrupted' } as const
    const leftovers = [{ name: 'server 5', command: 'hcloud server delete 5', reason: 'locked' }]
    const outcome = result(failedWith(0, stopped), failedWith(1, stopped))
    expect(findFailures(documentOf(outcome))).toEqual([])
    expect(formatInterrupted(documentOf(outcome))).toBe(
      'Interrupted: arm control-plane, x86 control-plane were not built. Nothing is left behind.\n',
    )
    expect(formatInterrupted(documentOf({ ...outcome, leftovers }))).toBe(
      'Interrupted: arm control-plane, x86 control-plane were not built.\n',
    )
    expect(formatInterrupted(documentOf(result()))).toBe('')
  })

  test('to remove something name the command that does', () => {
    const leftovers = [{ name: 'server 5', command: 'hcloud server delete 5', reason: 'locked' }]
    expect(findLeftovers(documentOf({ ...result(), leftovers }))).toEqual([
      { code: 'api', message: 'server 5 could not be removed: locked', hint: 'remove it: `hcloud server delete 5`' },
    ])
  })
})
