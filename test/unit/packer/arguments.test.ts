import { expect, it } from 'vitest'
import { groupByRole, toArguments } from '../../../src/packer/arguments.ts'
import type { Template } from '../../../src/packer/template.ts'
import { rolesPlan } from '../report/fixture.ts'

const TARGETS = [
  { name: 'hcloud.one', architecture: 'arm' },
  { name: 'hcloud.two', architecture: 'x86' },
] as const
const template = (...variables: string[]): Template => ({
  variables: new Set(variables),
  targets: TARGETS,
  isNarrowed: false,
  requiresPlugins: false,
  knowsDefaultImage: true,
  unpacks: new Set(),
})
const INPUT = { varFiles: ['/a/b.pkrvars.hcl'], vars: ['x=1'], isFloating: false }

it('puts what the plan decides behind what the user gave, so that it wins', () => {
  const [images = []] = groupByRole(rolesPlan().images)
  const words = toArguments(images, template('image_url_arm', 'image_url_x86', 'role'), INPUT)
  expect(words).toEqual([
    '-var-file=/a/b.pkrvars.hcl',
    '-var',
    'x=1',
    '-var',
    'role=control-plane',
    '-var',
    'image_url_arm=https://factory.talos.dev/control-plane/arm.raw.zst',
    '-var',
    'image_url_x86=https://factory.talos.dev/control-plane/x86.raw.zst',
  ])
})

it('gives only variables that the template declares, and the version only where Packer cannot know it', () => {
  const [images = []] = groupByRole(rolesPlan().images)
  expect(toArguments(images, template(), { ...INPUT, varFiles: [], vars: [] })).toEqual([])
  expect(toArguments(images, template('talos_version'), { ...INPUT, isFloating: true }).at(-1)).toBe(
    'talos_version=v1.12.2',
  )
})

it('chooses targets by their architecture, and any of which that is not known', () => {
  const images = rolesPlan().images.slice(0, 1)
  expect(toArguments(images, template(), INPUT).at(-1)).toBe('-only=hcloud.one')
  const unclear = { ...template(), targets: [...TARGETS, { name: 'hcloud.three', architecture: undefined }] }
  expect(toArguments(images, unclear, INPUT).at(-1)).toBe('-only=hcloud.one,hcloud.three')
})

it('groups images by role, in the order of the plan', () => {
  const groups = groupByRole(rolesPlan().images).map((images) => images.map(({ name }) => name))
  expect(groups).toEqual([
    ['arm control-plane', 'x86 control-plane'],
    ['arm worker', 'x86 worker'],
  ])
})
