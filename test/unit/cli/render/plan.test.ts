import { describe, expect, test } from 'vitest'
import { formatPlan, type PlanStyle } from '../../../../src/cli/render/plan.ts'
import type { Plan, PlannedImage } from '../../../../src/plan/plan.ts'
import { imageAt, rolesPlan, SCHEMATIC_ID, snapshotOf } from '../../report/fixture.ts'

const formatOnly = (plan: Plan, style?: PlanStyle) => {
  const images = plan.images.map(({ name }) => name)
  const { talosVersion, warnings } = plan
  return formatPlan({ talosVersion, images, projects: [{ project: undefined, plan }], warnings }, style)
}
/** The Factory's asset of the default schematic. */
const fromFactory = ({ architecture, talosVersion }: PlannedImage) =>
  ({
    kind: 'factory',
    url: `https://factory.talos.dev/image/${SCHEMATIC_ID}/v1.12.2/hcloud-amd64.raw.zst`,
    asset: { schematicId: SCHEMATIC_ID, talosVersion, architecture },
  }) as const
const place = (serverType: string, location: string) => ({ serverType, location, diskGb: 40, pricePerHour: undefined })

describe('a plan as text', () => {
  test('says what, where, for how much, and from what, in two lines', () => {
    const plan = rolesPlan({ roles: ['worker'] })
    const image = { ...imageAt(plan, 1), source: fromFactory(imageAt(plan, 1)), schematicFile: 'schematic-worker.yaml' }
    expect(formatOnly({ ...plan, images: [image] })).toBe(
      `Plan: Talos v1.12.2, 1 image

  x86 worker: build on cx23 in fsn1, 0.0050 EUR an hour
    from schematic-worker.yaml, 100 MB

Estimated cost, net: 0.0126 EUR for the build servers (billed by the hour begun), less than 0.01 EUR a month for the snapshots
`,
    )
  })

  test('names the default image, another Factory, and any other URL', () => {
    const plan = rolesPlan({ roles: ['worker'] })
    const image = imageAt(plan, 1)
    const from = (change: Partial<PlannedImage>): string | undefined =>
      /from (.*),/.exec(formatOnly({ ...plan, images: [{ ...image, ...change }] }))?.[1]
    const source = fromFactory(image)
    expect(from({})).toBe('https://factory.talos.dev/worker/x86.raw.zst')
    expect(from({ source })).toBe('the default image (no extensions)')
    expect(from({ source: { ...source, factory: 'https://f.example:8080' } })).toBe(
      'the default image (no extensions) at f.example:8080',
    )
    const other = { ...source, asset: { ...source.asset, schematicId: 'a'.repeat(64) } }
    expect(from({ source: other })).toBe(source.url)
  })

  test('says everything when it is verbose', () => {
    const plan = rolesPlan({ roles: ['worker'] })
    const image = { ...imageAt(plan, 1), schematicFile: 'schematic-worker.yaml' }
    expect(formatOnly({ ...plan, images: [image] }, { verbose: true })).toContain(
      `
  x86 worker: build "Talos Linux v1.12.2 x86 by hcloud-talos (worker)"
    from      https://factory.talos.dev/worker/x86.raw.zst (100 MB, 1.3 GB unpacked)
    schematic schematic-worker.yaml
    on        cx23 in fsn1 (40 GB disk, 0.0050 EUR an hour)
    labels    os=talos, arch=x86, version=v1.12.2, creator=hcloud-talos, type=infra, role=worker
    identity  ${image.identity}
    installer factory.talos.dev/hcloud-installer/${SCHEMATIC_ID}:v1.12.2
`,
    )
  })

  test.each([40, 60, 80, 120, 200])(
    'of %i columns breaks no URL and no ID, and has nothing else that is wider',
    (width) => {
      const plan = rolesPlan()
      const existing = { ...imageAt(plan, 0), existing: snapshotOf(imageAt(plan, 0), 42) }
      const all = { ...plan, images: [existing, ...plan.images.slice(1)] }
      for (const verbose of [false, true]) {
        const text = formatOnly(all, { width, verbose })
        for (const line of text.split('\n')) {
          if (line.length > width) expect(line.trim()).toMatch(/^(\w+ +)?\S+$/)
        }
        expect(text.replaceAll(/\s+/g, ' ')).toBe(formatOnly(all, { verbose }).replaceAll(/\s+/g, ' '))
      }
    },
  )

  test('says what there is already, and no cost when that is all', () => {
    const plan = rolesPlan()
    const image = imageAt(plan, 0)
    const text = formatOnly({ ...plan, images: [{ ...image, existing: snapshotOf(image, 42) }] })
    expect(text).toContain('arm control-plane: skip, snapshot 42 is the same (--force builds it anew)')
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
    const brief = formatOnly({ ...plan, images: [image] })
    expect(brief).toContain(': build on a in x (or 5 others)\n')
    expect(brief).toContain('\n    note: cax11 is out of stock in fsn1\n')
    expect(brief).toContain('\n    replaces snapshot 7, once the new one is published\n')
    const text = formatOnly({ ...plan, images: [image] }, { verbose: true })
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
    const brief = formatOnly({ ...plan, images: [image], cost })
    expect(brief).toContain(': build; nothing is in stock\n    from standard input\n')
    const text = formatOnly({ ...plan, images: [image], cost }, { verbose: true })
    expect(text).toContain('\n    from      standard input\n    on        nothing in stock\n')
    expect(text).toContain('none: standard input is always built')
    expect(text).not.toContain('installer')
    expect(text).toContain('Estimated cost, net: unknown for the build servers\n')
  })

  test('shows no price when the API told none', () => {
    const plan = rolesPlan({ roles: ['worker'] })
    const text = formatOnly({ ...plan, cost: { ...plan.cost, currency: undefined, build: undefined } })
    expect(text).toContain('build on cx23 in fsn1\n')
    expect(text).toContain('Estimated cost: unknown, since Hetzner Cloud gave no prices\n')
  })
})
