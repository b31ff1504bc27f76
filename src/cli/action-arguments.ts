/** The inputs of the GitHub Action, which action.yml puts into the environment, as arguments of the command. */

import { split } from 'shlex'
import { isRoleName, ROLE_RULE } from '../domain.ts'
import { type Problem, throwProblems } from '../errors.ts'
import { didYouMean } from '../util/near.ts'
import type { BuildFlagName } from './build-flags.ts'

/** The commands for jobs, where questions cannot be answered. */
const COMMANDS = ['build', 'plan', 'prune', 'cleanup', 'doctor', 'list', 'outdated', 'merge-results'] as const

/** Inputs that not every command has a use for. */
const ONLY_FOR: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ['role', 'roles', 'arch', 'schematic', 'talos-version', 'directory', 'boot-test', 'force'].map((name) => [
      name,
      ['build', 'plan'],
    ]),
  ),
  'dry-run': ['build'],
  manifest: ['build', 'merge-results'],
  report: ['build', 'merge-results'],
}

/** An input that is called as a flag is. */
type FlagInput = BuildFlagName extends infer Flag ? (Flag extends `--${infer Name}` ? Name : never) : never

type Env = Readonly<Record<string, string | undefined>>

/**
 * The arguments that the inputs ask for. An input is `INPUT_` and its name, such as `INPUT_TALOS_VERSION`; empty is as good
 * as not given. No shell reads any of them.
 * @throws ProblemsError `usage` with everything that is wrong with the inputs
 */
export function actionArguments(env: Env): string[] {
  const problems: Problem[] = []
  const input = (name: string): string => (env[`INPUT_${name.toUpperCase().replaceAll('-', '_')}`] ?? '').trim()
  const wrong = (name: string, hint: string): void => {
    problems.push({ code: 'usage', message: `the input "${name}" is "${input(name)}"`, hint })
  }
  const choice = (name: string, choices: readonly string[]): string => {
    const value = input(name)
    if (value !== '' && !choices.includes(value)) {
      wrong(name, didYouMean(value, choices) ?? `write one of: ${choices.join(', ')}`)
    }
    return value
  }
  const flag = (name: FlagInput, value: string): string[] => (value === '' ? [] : [`--${name}=${value}`])
  const valued = (name: FlagInput): string[] => flag(name, input(name))
  const set = (name: FlagInput): string[] => (choice(name, ['true', 'false']) === 'true' ? [`--${name}`] : [])

  const command = choice('command', COMMANDS) || 'build'
  for (const [name, commands] of Object.entries(ONLY_FOR)) {
    // What is false is as good as not given, for any command.
    if (input(name) === '' || input(name) === 'false' || commands.includes(command)) continue
    wrong(name, `${command} does not use it; it is for ${commands.join(' and ')}`)
  }
  const role = input('role')
  if (role !== '' && !isRoleName(role)) wrong('role', `use ${ROLE_RULE}`)
  const version = input('talos-version')
  const args = [
    command,
    ...(role === '' ? [] : [role]),
    ...set('roles'),
    ...input('arch')
      .split(/[\s,]+/)
      .flatMap((one) => flag('arch', one)),
    ...valued('schematic'),
    ...valued('directory'),
    ...flag('var', version === '' ? '' : `talos_version=${version}`),
    ...set('boot-test'),
    ...set('force'),
    ...set('dry-run'),
    ...valued('manifest'),
    ...valued('report'),
    ...set('sandbox'),
    ...(command === 'plan' ? ['--matrix=github'] : []),
    ...wordsOf(input('args'), problems),
  ]
  throwProblems(problems)
  return args
}

/** As a shell splits them, but that nothing in them is expanded or run. */
function wordsOf(text: string, problems: Problem[]): string[] {
  try {
    return split(text)
  } catch {
    problems.push({
      code: 'usage',
      message: `the input "args" ends within a quotation: ${text}`,
      hint: 'write it as in a shell, such as --var-file prod.pkrvars.hcl --no-fallback',
    })
    return []
  }
}
