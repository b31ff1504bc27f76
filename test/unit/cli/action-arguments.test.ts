import { describe, expect, test } from 'vitest'
import { actionArguments } from '../../../src/cli/action-arguments.ts'
import { TalosImageError } from '../../../src/errors.ts'

/** What is wrong with these inputs. */
function problemsOf(env: Readonly<Record<string, string>>): string[] {
  try {
    actionArguments(env)
    return []
  } catch (error) {
    if (!(error instanceof TalosImageError)) throw error
    return error.problems.map(({ message, hint }) => `${message}; ${hint}`)
  }
}

describe('inputs become arguments', () => {
  test.each([
    [{}, ['build']],
    [{ INPUT_COMMAND: '', INPUT_ROLE: ' ', INPUT_ROLES: 'false', INPUT_ARGS: '' }, ['build']],
    [{ INPUT_ROLE: 'worker', INPUT_ARCH: 'arm' }, ['build', 'worker', '--arch=arm']],
    [{ INPUT_ROLES: 'true', INPUT_ARCH: 'arm, x86\n' }, ['build', '--roles', '--arch=arm', '--arch=x86']],
    [
      { INPUT_SCHEMATIC: 'my schematic.yaml', INPUT_DIRECTORY: '--odd', INPUT_TALOS_VERSION: 'latest' },
      ['build', '--schematic=my schematic.yaml', '--directory=--odd', '--var=talos_version=latest'],
    ],
    [
      { INPUT_FORCE: 'true', INPUT_DRY_RUN: 'true', INPUT_MANIFEST: 'a.json', INPUT_SANDBOX: 'true' },
      ['build', '--force', '--dry-run', '--manifest=a.json', '--sandbox'],
    ],
    [{ INPUT_COMMAND: 'plan', INPUT_ROLES: 'true' }, ['plan', '--roles', '--matrix=github']],
    [
      { INPUT_COMMAND: 'prune', INPUT_ARGS: '--keep 2 --yes', INPUT_DRY_RUN: 'false' },
      ['prune', '--keep', '2', '--yes'],
    ],
    [
      { INPUT_ARGS: `-var 'a=b c' --var "d=$HOME"\n--var e='it'\\''s' --var f=\`id\`` },
      ['build', '-var', 'a=b c', '--var', 'd=$HOME', '--var', "e=it's", '--var', 'f=`id`'],
    ],
  ])('%j', (env, args) => {
    expect(actionArguments(env)).toEqual(args)
  })
})

describe('what is wrong with them is said', () => {
  test.each([
    [{ INPUT_COMMAND: 'biuld' }, 'the input "command" is "biuld"; did you mean "build"?'],
    [{ INPUT_COMMAND: 'sandbox' }, 'the input "command" is "sandbox"; write one of: build, plan, prune,'],
    [{ INPUT_ROLES: 'yes' }, 'the input "roles" is "yes"; write one of: true, false'],
    [
      { INPUT_COMMAND: 'plan', INPUT_MANIFEST: 'x' },
      'the input "manifest" is "x"; plan does not use it; it is for build',
    ],
    [
      { INPUT_COMMAND: 'prune', INPUT_ARCH: 'arm' },
      'the input "arch" is "arm"; prune does not use it; it is for build and plan',
    ],
    [{ INPUT_ARGS: '--var "x' }, 'the input "args" ends within a quotation: --var "x'],
  ])('%j', (env, text) => {
    expect(problemsOf(env)).toEqual([expect.stringContaining(text)])
  })

  test('all at once', () => {
    expect(problemsOf({ INPUT_ROLE: '--sandbox', INPUT_FORCE: '1', INPUT_ARGS: "'" })).toHaveLength(3)
  })
})
