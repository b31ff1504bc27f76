import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatClock,
  formatDuration,
  formatGigabytes,
  formatPrice,
  formatSpeed,
  formatTime,
} from '../../../../src/cli/render/units.ts'

describe('numbers', () => {
  test.each([
    [0, '0 kB'],
    [1, '1 kB'],
    [1001, '2 kB'],
    [999_999, '1.0 MB'],
    [1e6, '1.0 MB'],
    [9.94e6, '9.9 MB'],
    [9.96e6, '10 MB'],
    [93.4e6, '93 MB'],
    [999.6e6, '1.0 GB'],
    [1246e6, '1.2 GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test.each([
    [null, '-'],
    [0, '< 10 MB'],
    [0.004, '< 10 MB'],
    [0.2, '0.20 GB'],
  ])('a snapshot of %d GB has %s', (gigabytes, text) => {
    expect(formatGigabytes(gigabytes)).toBe(text)
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

  test.each([
    [-5, '0:00'],
    [999, '0:00'],
    [59_999, '0:59'],
    [725_000, '12:05'],
    [3_599_999, '59:59'],
    [3_723_000, '1:02:03'],
  ])('%d ms are %s on a clock', (ms, text) => {
    expect(formatClock(ms)).toBe(text)
  })

  test('speed is bytes a second', () => {
    expect(formatSpeed(14e6)).toBe('14 MB/s')
    expect(formatSpeed(0)).toBe('0 kB/s')
  })

  test('small amounts have as many decimals as they need', () => {
    expect(formatPrice(0.0064, 'EUR')).toBe('0.0064 EUR')
    expect(formatPrice(1.5, 'USD')).toBe('1.50 USD')
    expect(formatPrice(0.00004, 'EUR')).toBe('< 0.0001 EUR')
    expect(formatPrice(0, 'EUR')).toBe('0.0000 EUR')
  })

  test('times are in UTC, and stay as they are when they are none', () => {
    expect(formatTime('2026-11-22T22:07:59+01:00')).toBe('2026-11-22 21:07')
    expect(formatTime('yesterday')).toBe('yesterday')
  })
})
