import { describe, expect, test } from 'vitest'
import { addToPackerManifest, parsePackerManifest } from '../../../src/report/packer-manifest.ts'
import { toResultDocument } from '../../../src/report/result.ts'
import { built, existing, FACTORY, failed, imageAt, result, rolesPlan, SCHEMATIC_ID } from './fixture.ts'

const plan = rolesPlan()
const document = toResultDocument(
  result(existing(imageAt(plan, 0), 11), failed(imageAt(plan, 1)), built(imageAt(plan, 3), 12)),
  'v1.12.2',
  FACTORY,
)

/** As Packer 1.6.6 has written it, but for the IDs. */
const OF_PACKER = `{
  "builds": [
    {
      "name": "talos-x86",
      "builder_type": "hcloud",
      "build_time": 1795609660,
      "files": null,
      "artifact_id": "3",
      "packer_run_uuid": "6401a946-a557-19e3-a8db-13ac9873a3b7",
      "custom_data": null
    }
  ],
  "last_run_uuid": "6401a946-a557-19e3-a8db-13ac9873a3b7"
}`

function parsed(text: string) {
  const manifest = parsePackerManifest(text)
  if (typeof manifest === 'string') throw new Error(manifest)
  return manifest
}

describe('the manifest of Packer', () => {
  test('has what was built and what existed behind what was there', () => {
    const { builds, last_run_uuid: uuid } = addToPackerManifest(parsed(OF_PACKER), document)
    expect(uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(builds).toHaveLength(3)
    expect(builds?.[0]).toEqual(JSON.parse(OF_PACKER).builds[0])
    expect(builds?.[1]).toMatchObject({ name: 'talos-arm', artifact_id: '11', custom_data: { status: 'existing' } })
    expect(builds?.[2]).toEqual({
      name: 'talos-x86',
      builder_type: 'hcloud',
      build_time: Date.parse('2026-07-01T10:00:00+00:00') / 1000,
      files: null,
      artifact_id: '12',
      packer_run_uuid: uuid,
      custom_data: {
        architecture: 'x86',
        role: 'worker',
        version: 'v1.12.2',
        status: 'built',
        selector: 'os=talos,role=worker,version=v1.12.2',
        installer: `factory.talos.dev/hcloud-installer/${SCHEMATIC_ID}:v1.12.2`,
      },
    })
  })

  test('has its fields in the order in which Packer writes them', () => {
    const [theirs, ours] = addToPackerManifest(parsed(OF_PACKER), document).builds ?? []
    expect(Object.keys(ours ?? {})).toEqual(Object.keys(theirs ?? {}))
  })

  test('has the same UUID for the same run, and another one for another', () => {
    const uuidOf = (run: string) => addToPackerManifest({ builds: [] }, { ...document, run }).last_run_uuid
    expect(uuidOf('abcd2345')).toBe(uuidOf('abcd2345'))
    expect(uuidOf('abcd2345')).not.toBe(uuidOf('abcd2346'))
  })

  test('stays as it is when all images failed', () => {
    const nothing = toResultDocument(result(failed(imageAt(plan, 0))), 'v1.12.2', FACTORY)
    expect(addToPackerManifest(parsed(OF_PACKER), nothing)).toEqual(JSON.parse(OF_PACKER))
  })

  test('keeps what others have put there', () => {
    const manifest = parsed('{"builds": [{"name": "a", "mine": 1}], "note": "x"}')
    expect(addToPackerManifest(manifest, document)).toMatchObject({
      builds: [{ name: 'a', mine: 1 }, {}, {}],
      note: 'x',
    })
  })

  test.each(['', ' \n', '{}', '{"builds": null, "last_run_uuid": ""}'])('begins with %j', (text) => {
    expect(addToPackerManifest(parsed(text), document).builds).toHaveLength(2)
  })

  test.each([
    ['{', 'is not JSON'],
    ['[]', 'is not an object'],
    ['null', 'is not an object'],
    ['{"builds": {}}', 'has `builds` that are not a list'],
    ['{"builds": [1]}', 'holds a build that is not an object'],
    ['{"builds": [[]]}', 'holds a build that is not an object'],
    ['{"builds": [], "last_run_uuid": 1}', 'has a `last_run_uuid` that is not a string'],
  ])('%s %s', (text, problem) => {
    expect(parsePackerManifest(text)).toBe(problem)
  })
})
