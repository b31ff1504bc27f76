import { createHash } from 'node:crypto'
import { parseFaultFlag } from 'hcloud-sandbox'
import { describe, expect, test } from 'vitest'
import { createFactoryClient } from '../../../src/factory/client.ts'
import { parseSchematic } from '../../../src/plan/schematic-file.ts'
import { submitSchematic } from '../../../src/plan/submit-schematic.ts'
import { testSandbox } from '../../support/sandbox.ts'
import { failureOf } from '../../unit/util/failure.ts'
import { answerJson, serveLoopback } from '../util/loopback-server.ts'

const file = (text: string) => ({ file: 'mine.yaml', parsed: parseSchematic(text, 'mine.yaml') })
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const AWKWARD = 'customization:\n  extraKernelArgs: ["yes", "12:30", "a \\nb"]\n'

async function submitTo(answer: { id: string; schematic?: string }, text: string) {
  await using server = await serveLoopback((_, response) => answerJson(response, 201, answer))
  const submitted = submitSchematic(file(text), { factory: createFactoryClient({ url: server.url, retries: 0 }) })
  return { submitted: await submitted, sent: server.requests[0]?.body }
}

describe('a Factory of another release', () => {
  test.each(['v3', 'rc4', 'v4'])('gives its own ID, which counts, and is told: %s', async (release) => {
    await using sandbox = await testSandbox({
      machines: 'none',
      faults: [parseFaultFlag(`factory POST /schematics yaml=${release}`)],
    })
    const factory = createFactoryClient({ url: sandbox.factoryUrl, retries: 0 })
    const { id, warnings } = await submitSchematic(file(AWKWARD), { factory })
    expect(sha256(await factory.readSchematic(id))).toBe(id)
    expect(warnings).toMatchObject([
      { message: expect.stringContaining(`gave the schematic the ID ${id}, but its content has the ID`) },
    ])
    expect((await factory.probe(`${factory.url}/image/${id}/v1.12.2/hcloud-amd64.raw.zst`)).status).toBe(200)
    expect((await submitSchematic(file('customization: {}'), { factory })).warnings).toEqual([])
  })

  test('is not believed when the text has another ID, or means something else', async () => {
    const same = 'customization:\n  extraKernelArgs: ["quiet"]\n'
    const text = 'customization: {extraKernelArgs: [quiet]}'
    expect((await submitTo({ id: sha256(same), schematic: same }, text)).submitted).toMatchObject({ id: sha256(same) })
    const other = 'customization:\n  extraKernelArgs: [loud]\n'
    for (const answer of [
      { id: 'a'.repeat(64), schematic: same },
      { id: sha256(other), schematic: other },
      { id: sha256(`owner: me\n${other}`), schematic: `owner: me\n${other}` },
      { id: sha256('- x'), schematic: '- x' },
      { id: 'a'.repeat(64) },
    ]) {
      const error = await failureOf(submitTo(answer, text))
      expect(error).toMatchObject({ code: 'schematic', at: { file: 'mine.yaml' } })
      expect(error.message).toContain(`gave the schematic the ID ${answer.id}, but its content has the ID`)
    }
  })

  test('may add an owner, which is nothing special', async () => {
    const owned = 'owner: me\ncustomization:\n  extraKernelArgs: [quiet]\n'
    const { submitted } = await submitTo(
      { id: sha256(owned), schematic: owned },
      'customization: {extraKernelArgs: [quiet]}',
    )
    expect(submitted).toMatchObject({ id: sha256(owned), warnings: [], owner: { code: 'schematic' } })
  })
})

describe('a field that is not known', () => {
  const NEW = 'customization:\n  quantum: {b: 1, a: [2]} # new\n'

  test('is sent as it is written, with a warning, and the Factory gives the ID', async () => {
    const stored = 'customization:\n    quantum:\n        a:\n            - 2\n        b: 1\n'
    const { submitted, sent } = await submitTo({ id: sha256(stored), schematic: stored }, NEW)
    expect(sent).toBe(NEW)
    expect(submitted.id).toBe(sha256(stored))
    expect(submitted.warnings).toMatchObject([
      { message: expect.stringContaining('"customization.quantum"'), at: { line: 2, column: 3 } },
    ])
  })

  test('must be in what the Factory stored', async () => {
    for (const stored of ['customization: {}\n', 'customization: {quantum: {b: 1}}\n']) {
      const error = await failureOf(submitTo({ id: sha256(stored), schematic: stored }, NEW))
      expect(error.message).toContain('its answer is not the same document')
    }
  })

  test("is the Factory's to refuse", async () => {
    await using sandbox = await testSandbox({ machines: 'none' })
    const factory = createFactoryClient({ url: sandbox.factoryUrl, retries: 0 })
    const error = await failureOf(submitSchematic(file(NEW), { factory }))
    expect(error).toMatchObject({ code: 'schematic', at: { file: 'mine.yaml', line: 2, column: 3 } })
    expect(error.message).toContain('answered 400')
    expect(error.message).toContain('unknown field "customization.quantum"')
  })
})
