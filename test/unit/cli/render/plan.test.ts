import { describe, expect, test } from 'vitest'
import { formatPlan } from '../../../../src/cli/render/plan.ts'
import type { Plan } from '../../../../src/plan/plan.ts'
import { imageAt, rolesPlan, SCHEMATIC_ID, snapshotOf } from '../../report/fixture.ts'

const formatOnly = (plan: Plan, width?: number) => {
  const images = plan.images.map(({ name }) => name)
  const { talosVersion, warnings } = plan
  return formatPlan({ talosVersion, images, projects: [{ project: undefined, plan }], warnings }, width)
}
const place = (serverType: string, location: string) => ({ serverType, location, diskGb: 40, pricePerHour: undefined })

describe('a plan as text', () => {
  test('says what, where from, where, and for how much', () => {
    const plan = rolesPlan({ roles: ['worker'] })
    const image = imageAt(plan, 1)
    expect(formatOnly({ ...plan, images: [image] })).toBe(
      `Plan: Talos v1.12.2, 1 image

  x86 worker: build "Talos Linux v1.12.2 x86 by hcloud-talos"
    from      https://factory.talos.dev/worker/x86.raw.zst (95 MiB, 1.2 GiB unpacked)
    on        cx23 in fsn1 (40 GB disk, 0.0050 EUR an hour)
    labels    os=talos,arch=x86,version=v1.12.2,creator=hcloud-talos,type=infra,role=worker
    identity  ${image.identity}
    installer factory.talos.dev/hcloud-installer/${SCHEMATIC_ID}:v1.12.2

Estimated cost, net: 0.0126 EUR for the build servers (each is billed for the hour that it begins), about 0.0022 EUR a month for the snapshots
`,
    )
  })

  test('is no wider than the terminal, and loses nothing by it', () => {
    const plan = rolesPlan()
    const existing = { ...imageAt(plan, 0), existing: snapshotOf(imageAt(plan, 0), 42) }
    const all = { ...plan, images: [existing, imageAt(plan, 1)] }
    const text = formatOnly(all, 60)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60)
    expect(text.replaceAll(/\s/g, '')).toBe(formatOnly(all).replaceAll(/\s/g, ''))
    expect(text).toContain('snapshot 42 is the same\n    (--force')
    expect(text).toContain(`    labels    os=talos,arch=x86,version=v1.12.2,
              creator=hcloud-talos,type=infra,
              role=control-plane
`)
  })

  test('says what there is already, and no cost when that is all', () => {
    const plan = rolesPlan()
    const image = imageAt(plan, 0)
    const text = formatOnly({ ...plan, images: [{ ...image, existing: snapshotOf(image, 42) }] })
    expect(text).toContain('arm control-plane: nothing to do, snapshot 42 is the same (--force builds it anew)')
    expect(text).not.toContain('cost')
  })

  test('names three of the other placements, notes, and what is replaced', () => {
    const plan = rolesPlan()
    const image = {
      ...imageAt(plan, 0),
      placements: ['a', 'b', 'c', 'd', 'e', 'f'].map((type) => place(type, 'x')),
      notes: ['cax11 is out of stock in fsn1'],
      replaces: [snapshotOf(imageAt(plan, 0), 7)],
    }
    const text = formatOnly({ ...plan, images: [image] })
    expect(text).toContain('\n    on        a in x (40 GB disk)\n    else on   b in x, c in x, d in x and 2 more\n')
    expect(text).toContain('\n    note      cax11 is out of stock in fsn1\n')
    expect(text).toContain('\n    replaces  snapshot 7, once the new one is published\n')
  })

  test('says what is not known', () => {
    const plan = rolesPlan()
    const image = {
      ...imageAt(plan, 0),
      source: { kind: 'stdin' } as const,
      sourceFacts: { compression: 'none' as const, transferBytes: undefined, rawBytes: undefined },
      identity: undefined,
      installer: undefined,
      placements: [],
    }
    const cost = { ...plan.cost, build: undefined, snapshotsPerMonth: undefined }
    const text = formatOnly({ ...plan, images: [image], cost })
    expect(text).toContain('\n    from      standard input\n    on        nothing in stock\n')
    expect(text).toContain('none: standard input is always built')
    expect(text).not.toContain('installer')
    expect(text).toContain('Estimated cost, net: unknown for the build servers\n')
  })

  test('shows no price when the API told none', () => {
    const plan = rolesPlan({ roles: ['worker'] })
    const text = formatOnly({ ...plan, cost: { ...plan.cost, currency: undefined, build: undefined } })
    expect(text).toContain('cx23 in fsn1 (40 GB disk)')
    expect(text).toContain('Estimated cost: unknown, since Hetzner Cloud told no prices\n')
  })
})
