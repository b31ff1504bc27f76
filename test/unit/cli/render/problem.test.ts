import { describe, expect, test } from 'vitest'
import { createPaint } from '../../../../src/cli/render/paint.ts'
import { formatProblem, formatWarning } from '../../../../src/cli/render/problem.ts'
import { registerSecret } from '../../../../src/util/redact.ts'

describe('a problem', () => {
  test.each([
    [undefined, 'error: wrong\n'],
    [{ kind: 'default' }, 'error: wrong\n'],
    [{ kind: 'env', name: 'HCLOUD_TOKEN' }, 'error: HCLOUD_TOKEN: wrong\n'],
    [{ kind: 'flag', name: '--arch' }, 'error: --arch: wrong\n'],
    [{ kind: 'file', file: 'a.hcl' }, 'error: a.hcl: wrong\n'],
    [{ kind: 'file', file: 'a.hcl', line: 3 }, 'error: a.hcl:3: wrong\n'],
    [{ kind: 'file', file: 'a.hcl', line: 3, column: 7 }, 'error: a.hcl:3:7: wrong\n'],
  ] as const)('at %j', (at, text) => {
    expect(formatProblem({ code: 'config', message: 'wrong', at }, 'error')).toBe(text)
  })

  test('says on a line of its own what to do', () => {
    expect(formatProblem({ code: 'config', message: 'wrong', hint: 'mend it' }, 'warning')).toBe(
      'warning: wrong\n  hint: mend it\n',
    )
  })

  test('keeps secrets', () => {
    registerSecret('the-token-of-this-test')
    const problem = { code: 'api', message: 'no the-token-of-this-test', hint: 'x the-token-of-this-test' } as const
    expect(formatProblem(problem, 'error')).toBe('error: no [redacted]\n  hint: x [redacted]\n')
  })

  test('is folded where a terminal would break a word', () => {
    const problem = {
      code: 'config',
      message: 'no such variable is declared',
      hint: 'run `talos-image plan` now',
    } as const
    const width = 24
    expect(formatProblem(problem, 'error', undefined, width)).toBe(
      'error: no such variable\n  is declared\n  hint: run\n    `talos-image plan`\n    now\n',
    )
    expect(formatWarning(problem, undefined, width)).toBe(
      '\n  ! warning: no such\n  !   variable is\n  !   declared\n  !   hint: run\n  !     `talos-image plan`\n  !     now\n\n'.replace(
        '!     `talos-image plan`\n  !     now',
        '!     `talos-image\n  !     plan` now',
      ),
    )
    expect(formatProblem(problem, 'error', createPaint(true), width)).toContain('\n  \u001b[36mhint:\u001b[39m run\n')
  })

  test('has color where it is asked for', () => {
    const problem = { code: 'config', message: 'wrong', hint: 'mend it' } as const
    expect(formatProblem(problem, 'error', createPaint(true))).toBe(
      '\u001b[31m\u001b[1merror:\u001b[22m\u001b[39m wrong\n  \u001b[36mhint:\u001b[39m mend it\n',
    )
    expect(formatWarning(problem, createPaint(true))).toContain('  ! \u001b[33mwarning:\u001b[39m wrong\n')
  })

  test('that is a warning stands apart', () => {
    expect(formatWarning({ code: 'config', message: 'odd', hint: 'look' })).toBe(
      '\n  ! warning: odd\n  !   hint: look\n\n',
    )
  })
})
