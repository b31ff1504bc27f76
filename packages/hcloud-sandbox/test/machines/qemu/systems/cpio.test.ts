import { describe, expect, it } from 'vitest'
import { toCpio } from '../../../../src/machines/qemu/systems/cpio.ts'

describe('toCpio', () => {
  it('writes each entry as a header, a name and a content, all of them filled up to four bytes', () => {
    const archive = Buffer.concat([
      ...toCpio([
        { kind: 'folder', path: 'etc', mode: 0o755 },
        { kind: 'file', path: 'etc/hi', mode: 0o640, content: Buffer.from('hello') },
        { kind: 'link', path: 'sh', target: 'bash' },
        { kind: 'device', path: 'console', mode: 0o600, major: 5, minor: 1 },
      ]),
    ]).toString('latin1')
    const records = archive.split('070701').slice(1)
    expect(records).toHaveLength(5)
    expect(records.map((record) => (record.length + 6) % 4)).toEqual([0, 0, 0, 0, 0])
    // mode, and after the fields the name with its zero byte and what follows it
    expect(records.map((record) => record.slice(8, 16))).toEqual([
      '000041ed',
      '000081a0',
      '0000a1ff',
      '00002180',
      '00008000',
    ])
    expect(records.map((record) => record.slice(104).replaceAll('\0', '|'))).toEqual([
      'etc|||',
      'etc/hi||||hello|||'.replace('||||', '||||'),
      'sh||||bash',
      'console|||',
      'TRAILER!!!||||',
    ])
    expect(records[1]?.slice(48, 56)).toBe('00000005')
    expect(records[3]?.slice(72, 88)).toBe('0000000500000001')
  })
})
