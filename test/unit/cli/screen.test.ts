import { describe, expect, test } from 'vitest'
import { describeScreen, isGithubActions } from '../../../src/cli/screen.ts'

const TERMINAL = { isTTY: true, columns: 80, rows: 24 }
const PIPE = {}

describe('a screen', () => {
  test.each([
    ['a terminal', {}, TERMINAL, true],
    ['a pipe', {}, PIPE, false],
    ['a terminal without a size', {}, { isTTY: true, columns: 0, rows: 0 }, false],
    ['a dumb terminal', { TERM: 'dumb' }, TERMINAL, false],
    ['a terminal in CI', { CI: 'true' }, TERMINAL, false],
    ['a terminal that says it is not in CI', { CI: 'false' }, TERMINAL, true],
    ['a terminal that says nothing of CI', { CI: '' }, TERMINAL, true],
  ])('%s: whether lines can be drawn anew', (_, env, stream, isDrawable) => {
    expect(describeScreen(env, stream).isDrawable).toBe(isDrawable)
  })

  test.each([
    ['a terminal', {}, TERMINAL, true],
    ['a pipe', {}, PIPE, false],
    ['a dumb terminal', { TERM: 'dumb' }, TERMINAL, false],
    ['NO_COLOR', { NO_COLOR: '1' }, TERMINAL, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, TERMINAL, true],
    ['FORCE_COLOR in a pipe', { FORCE_COLOR: '1' }, PIPE, true],
    ['an empty FORCE_COLOR in a pipe', { FORCE_COLOR: '' }, PIPE, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, TERMINAL, false],
    ['both', { FORCE_COLOR: '1', NO_COLOR: '1' }, TERMINAL, true],
  ])('%s: whether there is color', (_, env, stream, colors) => {
    expect(describeScreen(env, stream).style.colors).toBe(colors)
  })

  test.each([
    ['no locale', {}, false],
    ['UTF-8', { LANG: 'de_DE.UTF-8' }, false],
    ['C', { LANG: 'C' }, true],
    ['C above UTF-8', { LC_ALL: 'C', LANG: 'C.utf8' }, true],
    ['an empty LC_ALL', { LC_ALL: '', LANG: 'C.utf8' }, false],
    ['the console of Linux', { TERM: 'linux', LANG: 'C.UTF-8' }, true],
  ])('%s: whether there is only ASCII', (_, env, ascii) => {
    expect(describeScreen(env, TERMINAL).style.ascii).toBe(ascii)
  })

  test('GitHub Actions says so itself', () => {
    expect(isGithubActions({ env: { GITHUB_ACTIONS: 'true' } })).toBe(true)
    expect(isGithubActions({ env: { CI: 'true' } })).toBe(false)
  })
})
