import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { LabelsInput } from '../../src/cloud/labels.ts'

describe('LabelsInput', () => {
  test.each([
    {},
    { os: 'talos', version: 'v1.12.2', 'just-a-key': '' },
    { 'example.com/my': 'label', a: 'x'.repeat(63) },
    { ['k'.repeat(63)]: 'a-b_c.d' },
  ])('takes %j', (labels) => {
    expect(v.safeParse(LabelsInput, labels).success).toBe(true)
  })

  test.each([
    { a: 'x'.repeat(64) },
    { ['k'.repeat(64)]: 'a' },
    { '-a': 'b' },
    { a: 'b-' },
    { a: 'b:c' },
    { 'Example.com/a': 'b' },
    { '/a': 'b' },
    { 'hetzner.cloud/a': 'b' },
    { a: 1 },
    { a: null },
    'a=b',
  ])('refuses %j', (labels) => {
    expect(v.safeParse(LabelsInput, labels).success).toBe(false)
  })
})
