import { describe, expect, test } from 'vitest'
import { formatBytes, formatDuration, formatPrice, formatTime } from '../../../../src/cli/render/units.ts'

const MIB = 1 << 20

describe('numbers', () => {
  test.each([
    [0, '0 KiB'],
    [1, '1 KiB'],
    [1025, '2 KiB'],
    [MIB - 1, '1.0 MiB'],
    [MIB, '1.0 MiB'],
    [9.94 * MIB, '9.9 MiB'],
    [9.96 * MIB, '10 MiB'],
    [93.4 * MIB, '93 MiB'],
    [1023.6 * MIB, '1.0 GiB'],
    [1246 * MIB, '1.2 GiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test.each([
    [0, '0.0 s'],
    [849, '0.8 s'],
    [9949, '9.9 s'],
    [9951, '10 s'],
    [12_400, '12 s'],
    [59_499, '59 s'],
    [59_500, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_600_000, '60 min 00 s'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('small amounts have as many decimals as they need', () => {
    expect(formatPrice(0.0064, 'EUR')).toBe('0.0064 EUR')
    expect(formatPrice(1.5, 'USD')).toBe('1.50 USD')
    expect(formatPrice(0, 'EUR')).toBe('0.0000 EUR')
  })

  test('times are in UTC, and stay as they are when they are none', () => {
    expect(formatTime('2026-11-22T22:07:59+01:00')).toBe('2026-11-22 21:07')
    expect(formatTime('yesterday')).toBe('yesterday')
  })
})
