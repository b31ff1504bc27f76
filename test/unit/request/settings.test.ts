/** What stands in `talos-image.yaml` counts where nothing else says something, for the command and for the library. */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { PlanFlags } from '../../../src/cli/build-flags.ts'
import { readPlanFlags } from '../../../src/cli/request.ts'
import { readPlanRequest } from '../../../src/library/read-plan-request.ts'
import { chooseImages } from '../../../src/plan/choose-images.ts'
import type { PlanRequest } from '../../../src/plan/request.ts'
import { testIo } from '../cli/fixture.ts'
import { failureOf } from '../util/failure.ts'
import { tempDir } from '../util/temp-dir.ts'

const SETTINGS = 'architectures: [x86]\nschematic: own.yaml\n'
const IMAGE = 'https://example.com/v1.12.2/hcloud-amd64.raw.xz'

async function directory(files: Readonly<Record<string, string>> = {}) {
  const dir = await tempDir()
  await mkdir(dir.file('_packer'))
  const all = {
    'talos-image.yaml': SETTINGS,
    'own.yaml': 'customization: {}\n',
    'schematic-worker.yaml': '{}',
    ...files,
  }
  for (const [name, text] of Object.entries(all)) await writeFile(dir.file(`_packer/${name}`), text)
  return dir
}

const ask = (cwd: string, flags: Partial<PlanFlags> = {}, role?: string): Promise<PlanRequest> =>
  readPlanFlags(testIo({ cwd }), { fallback: true, ...flags }, role)

const summary = (request: PlanRequest): string[] =>
  chooseImages(request).images.map(({ name, choice }) => {
    const from = choice.kind === 'url' ? choice.url : choice.kind === 'schematic' ? choice.schematic?.file : undefined
    return `${name} from ${from ?? 'the default'}`
  })

describe('the settings file', () => {
  test('says which architectures, and from which schematic', async () => {
    await using dir = await directory()
    const request = await ask(dir.path)
    expect(summary(request)).toEqual(['x86 from _packer/own.yaml'])
    expect(request.inputs).toMatchObject({
      settings: '_packer/talos-image.yaml',
      schematics: ['_packer/own.yaml'],
    })
    const library = await readPlanRequest({ cwd: dir.path, directory: '_packer' })
    expect(summary(library)).toEqual(summary(request))
    expect(summary(await readPlanRequest({ cwd: dir.path }))).toEqual(['arm from the default', 'x86 from the default'])
  })

  test('gives way to flags', async () => {
    await using dir = await directory({ 'other.yaml': '{}' })
    expect(summary(await ask(dir.path, { arch: ['arm'] }))).toEqual(['arm from _packer/own.yaml'])
    expect(summary(await ask(dir.path, { schematic: '_packer/other.yaml' }))).toEqual(['x86 from _packer/other.yaml'])
    expect(summary(await ask(dir.path, {}, 'worker'))).toEqual(['x86 worker from _packer/schematic-worker.yaml'])
  })

  test.each([undefined, 'talos-hcloud.pkr.hcl'])(
    'and to an image URL, which is said; with the template %s',
    async (name) => {
      const template =
        name === undefined
          ? {}
          : { [name]: await readFile(new URL('../../../_packer/talos-hcloud.pkr.hcl', import.meta.url), 'utf8') }
      await using dir = await directory({ ...template, 'talos-image.yaml': 'schematic: own.yaml\n' })
      const request = await ask(dir.path, { var: [`image_url_x86=${IMAGE}`] })
      expect(summary(request)).toEqual(['arm from _packer/own.yaml', `x86 from ${IMAGE}`])
      expect(chooseImages(request).warnings.map(({ message }) => message)).toEqual([
        'image_url_x86 is set, so the image for x86 is not made from _packer/own.yaml',
      ])
    },
  )

  test('names what is missing, with its place', async () => {
    await using dir = await directory({ 'talos-image.yaml': 'schematic: no.yaml\n' })
    const failure = await failureOf(ask(dir.path))
    expect(failure).toMatchObject({ message: 'there is no file _packer/no.yaml', at: { line: 1, column: 12 } })
  })

  test('of the working directory does not count beside another directory, which is said', async () => {
    await using dir = await directory()
    await writeFile(dir.file('talos-image.yaml'), 'architectures: [arm]\n')
    const said = ({ variables }: PlanRequest) => variables.warnings.map(({ message }) => message)
    expect(said(await ask(dir.path))).toEqual(['"talos-image.yaml" is not read: _packer/talos-image.yaml is'])
    expect(said(await ask(dir.path, { config: 'talos-image.yaml' }))).toEqual([])
    await rm(dir.file('_packer/talos-image.yaml'))
    expect(said(await ask(dir.path))).toEqual(['"talos-image.yaml" is not read: only the files in _packer are'])
  })

  test('may be another one', async () => {
    await using dir = await directory()
    await writeFile(dir.file('arm.yaml'), 'architectures: [arm]\n')
    expect(summary(await ask(dir.path, { config: 'arm.yaml' }))).toEqual(['arm from the default'])
  })
})
