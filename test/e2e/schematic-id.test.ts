/** `talos-image schematic id`: without the network. */

import { describe, expect, it } from 'vitest'
import { runInWorkspace } from '../support/workspace.ts'

const EMPTY = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
const OFFLINE = { env: { HCLOUD_ENDPOINT: 'http://127.0.0.1:9', TALOS_IMAGE_FACTORY_URL: 'http://127.0.0.1:9' } }

describe('schematic id', () => {
  it('prints the ID and nothing else', async () => {
    const files = { 'mine.yaml': 'customization: {}\n' }
    const result = await runInWorkspace(['schematic', 'id', 'mine.yaml'], { ...OFFLINE, files })
    expect(result).toEqual({ code: 0, stdout: `${EMPTY}\n`, stderr: '' })
  })

  it('reads standard input', async () => {
    const result = await runInWorkspace(['schematic', 'id', '-'], { ...OFFLINE, stdin: '{"customization": {}}' })
    expect(result).toEqual({ code: 0, stdout: `${EMPTY}\n`, stderr: '' })
  })

  it('does not mind comments, order and form', async () => {
    const own = await runInWorkspace(['schematic', 'id', '_packer/schematic.yaml'], OFFLINE)
    const extensions = ['iscsi-tools', 'util-linux-tools', 'binfmt-misc'].map((name) => `siderolabs/${name}`)
    const json = JSON.stringify({ customization: { systemExtensions: { officialExtensions: extensions } } })
    const same = await runInWorkspace(['schematic', 'id', '-'], { ...OFFLINE, stdin: json })
    expect(own).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/) })
    expect(same).toEqual(own)
  })

  it.each([
    ['text that is no schematic', 'just text', 'mine.yaml:1:1: the schematic must be a mapping, not a single value'],
    [
      'a field that only a Factory may know',
      'customization: {quantum: 1}',
      'mine.yaml:1:17: the field "customization.quantum"',
    ],
    ['an unknown field', 'customisation: {}', 'mine.yaml:1:1: unknown field "customisation"\n  hint: did you mean'],
    ['broken YAML', 'customization: [', 'mine.yaml:1:17: not valid YAML'],
  ])('refuses %s', async (_, text, message) => {
    const result = await runInWorkspace(['schematic', 'id', 'mine.yaml'], { ...OFFLINE, files: { 'mine.yaml': text } })
    expect(result).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(`error: ${message}`) })
  })
})
