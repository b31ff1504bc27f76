import { describe, expect, it } from 'vitest'
import { parsePackerLine } from '../../../src/packer/output.ts'

describe('a line of Packer', () => {
  it.each([
    [
      '1795604983,,ui,say,==> hcloud.talos-arm: Creating server...',
      { kind: 'message', isError: false, target: 'hcloud.talos-arm', text: 'Creating server...' },
    ],
    [
      '1795604986,,ui,error,==> hcloud.talos-arm: HTTP request sent%!(PACKER_COMMA) awaiting response... 200 OK',
      {
        kind: 'message',
        isError: true,
        target: 'hcloud.talos-arm',
        text: 'HTTP request sent, awaiting response... 200 OK',
      },
    ],
    [
      '1795604986,,ui,message,    mine.hcloud.talos-arm: hello',
      { kind: 'message', isError: false, target: 'mine.hcloud.talos-arm', text: 'hello' },
    ],
    ['1,,ui,error,==> hcloud.talos-arm:', { kind: 'message', isError: true, target: 'hcloud.talos-arm', text: '' }],
    [
      '1,,ui,error,Error: Undefined -var variable\\n\\nA "nope" variable%!(PACKER_COMMA) so',
      {
        kind: 'message',
        isError: true,
        target: undefined,
        text: 'Error: Undefined -var variable\n\nA "nope" variable, so',
      },
    ],
    ["1,,ui,say,Build 'hcloud.talos-arm' finished after 5 seconds.", { kind: 'finished', target: 'hcloud.talos-arm' }],
    [
      "1,,ui,error,Build 'hcloud.talos-arm' errored after 361 milliseconds: Error creating server: server type 'x' not found",
      { kind: 'failed', target: 'hcloud.talos-arm', message: "Error creating server: server type 'x' not found" },
    ],
    ['1,hcloud.talos-arm,error,no: never', { kind: 'failed', target: 'hcloud.talos-arm', message: 'no: never' }],
    ['1,hcloud.talos-arm,artifact,0,id,400000001', { kind: 'artifact', target: 'hcloud.talos-arm', id: 400000001 }],
    ['1,hcloud.talos-arm,artifact,0,string,A snapshot was created', { kind: 'other' }],
    ['1,hcloud.talos-arm,artifact,0,id,not-a-number', { kind: 'other' }],
    ['1,,error-count,1', { kind: 'other' }],
    ['', { kind: 'other' }],
    ['no such line at all', { kind: 'other' }],
  ])('%s', (line, parsed) => {
    expect(parsePackerLine(line)).toEqual(parsed)
  })
})
