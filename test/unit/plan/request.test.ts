import { EMPTY_SCHEMATIC } from 'talos-schematic'
import { describe, expect, test } from 'vitest'
import { chooseImages } from '../../../src/plan/choose-images.ts'
import type { ImageRequest, SchematicFile } from '../../../src/plan/request.ts'
import { planRequest, sourced, VAR_FILE, variables } from './fixture.ts'

const schematic = (file: string): SchematicFile => ({
  file,
  parsed: { schematic: EMPTY_SCHEMATIC, unknown: [], text: '', positions: new Map() },
})
const ROLES = new Map([
  ['control-plane', schematic('schematic-control-plane.yaml')],
  ['worker', schematic('schematic-worker.yaml')],
] as const)
const URLS = variables({ imageUrls: { arm: sourced('https://a/arm', VAR_FILE), x86: sourced(null) } })

const names = (images: readonly ImageRequest[]) => images.map(({ name }) => name)
const kinds = (images: readonly ImageRequest[]) => images.map(({ choice }) => choice.kind)

describe('the images that are wanted', () => {
  test('are the two generic ones by default, from the default schematic', () => {
    const { images, warnings } = chooseImages(planRequest())
    expect(names(images)).toEqual(['arm', 'x86'])
    expect(images.map(({ choice }) => choice)).toEqual(Array(2).fill({ kind: 'schematic', schematic: undefined }))
    expect(warnings).toEqual([])
  })

  test('are four for both roles, each from the schematic of its role', () => {
    const { images } = chooseImages(planRequest({ roles: ['control-plane', 'worker'], roleSchematics: ROLES }))
    expect(names(images)).toEqual(['arm control-plane', 'x86 control-plane', 'arm worker', 'x86 worker'])
    expect(images[3]).toMatchObject({ role: 'worker', choice: { schematic: ROLES.get('worker') } })
  })

  test('come in their own order, not in that of the flags', () => {
    expect(names(chooseImages(planRequest({ architectures: ['x86', 'arm'] })).images)).toEqual(['arm', 'x86'])
    expect(names(chooseImages(planRequest({ architectures: ['x86'] })).images)).toEqual(['x86'])
  })

  test('come from a URL where one is set', () => {
    const { images, warnings } = chooseImages(planRequest({ variables: URLS, sha256: { arm: 'a'.repeat(64) } }))
    expect(kinds(images)).toEqual(['url', 'schematic'])
    expect(images[0]).toMatchObject({ choice: { url: 'https://a/arm', at: VAR_FILE }, sha256: 'a'.repeat(64) })
    expect(warnings).toEqual([])
  })

  test.each([
    ['the schematic of the role worker', { roles: ['worker' as const], roleSchematics: ROLES }],
    ['--schematic', { schematic: schematic('s.yaml') }],
    ['--image-file', { localImage: { kind: 'stdin' } as const }],
  ])('come from %s rather than from a URL, which is said', (by, change) => {
    const { images, warnings } = chooseImages(planRequest({ variables: URLS, ...change }))
    expect(kinds(images)).not.toContain('url')
    expect(warnings).toMatchObject([
      { code: 'config', message: `image_url_arm is set, but ${by} decides what is built`, at: VAR_FILE },
    ])
  })

  test('say each thing once', () => {
    const { warnings } = chooseImages(
      planRequest({ variables: URLS, roles: ['worker', 'worker'], roleSchematics: ROLES }),
    )
    expect(warnings).toHaveLength(1)
  })
})
