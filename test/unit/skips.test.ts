import { existsSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { type AllowedSkip, AllowedSkips, checkSkips, type TestOutcome } from '../support/skips.ts'

const FILE = 'test/e2e/a.test.ts'
const HERE = { user: 'root', has: (program: string) => program === 'zsh', exists: () => true } as const

const outcome = (name: string, skipped = true, file = FILE): TestOutcome => ({ file, name, skipped })
const entry = (name: string, more: Partial<AllowedSkip> = {}): AllowedSkip => ({
  file: FILE,
  test: name,
  reason: 'it cannot',
  ...more,
})

describe('a skipped test', () => {
  test('is a failure', () => {
    expect(checkSkips([outcome('a > b'), outcome('a > c', false)], [], HERE)).toEqual([
      `${FILE}: skipped, and not on the list: a > b`,
    ])
  })

  test('is none when it is on the list, by its name or by how its name begins', () => {
    expect(checkSkips([outcome('a > b'), outcome('c > d')], [entry('a > b'), entry('c > *')], HERE)).toEqual([])
  })

  test('of another file, or under a name of which only a part is on the list, is a failure', () => {
    const other = 'test/e2e/b.test.ts'
    expect(
      checkSkips([outcome('a > b'), outcome('a', true, other)], [entry('a'), entry('*', { file: 'c' })], HERE),
    ).toEqual([
      `${FILE}: skipped, and not on the list: a > b`,
      `${other}: skipped, and not on the list: a`,
      `${FILE}: on the list, and not skipped: a`,
    ])
  })
})

describe('an entry of the list', () => {
  test('that no skipped test matches is a failure', () => {
    expect(checkSkips([outcome('a', false)], [entry('a'), entry('b*')], HERE)).toEqual([
      `${FILE}: on the list, and not skipped: a`,
      `${FILE}: on the list, and not skipped: b*`,
    ])
  })

  test('is not looked at when its file was not run', () => {
    expect(checkSkips([outcome('a', false, 'test/unit/b.test.ts')], [entry('a')], HERE)).toEqual([])
  })

  test('for other surroundings allows nothing, and needs no match', () => {
    const others = [entry('a', { user: 'other' }), entry('a', { without: 'zsh' })]
    expect(checkSkips([outcome('a', false)], others, HERE)).toEqual([])
    expect(checkSkips([outcome('a')], others, HERE)).toEqual([`${FILE}: skipped, and not on the list: a`])
    const these = [entry('a', { user: 'root' }), entry('b', { without: 'fish' })]
    expect(checkSkips([outcome('a'), outcome('b')], these, HERE)).toEqual([])
  })

  test('of a file that is gone is a failure', () => {
    expect(checkSkips([], [entry('a')], { ...HERE, exists: () => false })).toEqual([
      `${FILE}: on the list, and there is no such file`,
    ])
  })
})

describe('the list', () => {
  const allowed = v.parse(AllowedSkips, JSON.parse(readFileSync('test/allowed-skips.json', 'utf8')))

  test('has no test twice, and names files that are there', () => {
    expect(checkSkips([], allowed, { ...HERE, exists: existsSync })).toEqual([])
    expect(new Set(allowed.map(({ file, test: name }) => `${file} ${name}`)).size).toBe(allowed.length)
  })

  test('names groups that stand in their files, also of tests that are skipped elsewhere only', () => {
    const wrong = allowed.filter(({ file, test: name }) => {
      // Some groups have their reason behind their name.
      const group = name.split(' > ')[0]?.replace(/ ?\*$/, '') ?? ''
      return group !== '' && !readFileSync(file, 'utf8').includes(`'${group}'`)
    })
    expect(wrong).toEqual([])
  })
})
