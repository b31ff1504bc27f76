import { describe, expect, test } from 'vitest'
import { parseLabelSelector } from '../../src/cloud/label-selector.ts'

const labels = { os: 'talos', arch: 'arm', 'example.com/role': 'worker', empty: '' }

describe('parseLabelSelector', () => {
  test.each([
    ['', true],
    ['os', true],
    ['role', false],
    ['!role', true],
    ['! os', false],
    ['os=talos', true],
    ['os==talos', true],
    ['os = talos', true],
    ['os=debian', false],
    ['role=worker', false],
    ['empty=', true],
    ['os!=debian', true],
    ['os!=talos', false],
    ['role!=worker', true],
    ['os in (debian,talos)', true],
    ['os in ( talos )', true],
    ['os in(talos)', true],
    ['os in (debian)', false],
    ['role in (worker)', false],
    ['os notin (debian)', true],
    ['os notin (debian, talos)', false],
    ['role notin (worker)', true],
    ['example.com/role=worker', true],
    ['os=talos,arch=arm,!role', true],
    ['os=talos, arch in (x86,arm) ,empty', true],
    ['os=talos,arch=x86', false],
    ['toString', false],
  ])('%j', (text, expected) => {
    expect(parseLabelSelector(text)?.(labels)).toBe(expected)
  })

  test.each(['=', 'a=b=c', 'a,,b', ',', 'a in', 'a in (b', 'a in b', '!a=b', 'a b', 'a=-b', '/a', 'a>b', 'a=(b)'])(
    'refuses %j',
    (text) => {
      expect(parseLabelSelector(text)).toBeUndefined()
    },
  )
})
