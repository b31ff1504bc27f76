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
    expect(v.parse(LabelsInput, labels)).toEqual(labels)
  })

  test('takes keys that are names in all objects', () => {
    const labels = { constructor: 'a', prototype: 'b' }
    expect(v.parse(LabelsInput, labels)).toEqual(labels)
  })

  test('says which of them is wrong', () => {
    const { issues = [] } = v.safeParse(v.object({ labels: LabelsInput }), { labels: { a: 'b', c: 1 } })
    expect(issues.map((issue) => [v.getDotPath(issue), issue.message])).toEqual([['labels.c', 'Not a valid string.']])
  })

  test('keeps those that have names of what objects inherit', () => {
    const text = '{"constructor":"x","prototype":"y","toString":"z"}'
    expect(JSON.stringify(v.parse(LabelsInput, JSON.parse(text)))).toBe(text)
  })

  test.each([
    JSON.parse('{"__proto__":"x"}'),
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

  test('names the label that is no text', () => {
    const { issues = [] } = v.safeParse(v.object({ labels: LabelsInput }), { labels: { a: 'b', c: 1 } })
    expect(issues.map((issue) => [v.getDotPath(issue), issue.message])).toEqual([['labels.c', 'Not a valid string.']])
  })
})
