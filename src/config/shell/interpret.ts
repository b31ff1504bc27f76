/** Follows the commands of a shell text on every way that they may go. */

import {
  type AndOr,
  type Case,
  type CommandNode,
  type CompoundList,
  type If,
  type PipelineNode,
  parse,
  type Statement,
} from 'unbash'
import { calculate } from './arithmetic.ts'
import { evaluateTest } from './conditions.ts'
import { expandText, toNumbers } from './expand.ts'
import type { Path, RunCommand, Setting, Shell } from './interpreter.ts'
import { runArithmeticFor, runFor, runWhile } from './loops.ts'
import { follow, mergePaths, note, start, toPaths } from './paths.ts'
import { matchesGlob } from './patterns.ts'
import { redirect } from './redirects.ts'
import { NotKnown, type Script } from './values.ts'
import { World } from './world.ts'

/** More ways are not followed; nor are more commands in all, or in each other. */
const MAX_WAYS = 64
const MAX_COMMANDS = 20_000
const MAX_DEPTH = 100

/** @param runCommand runs a simple command */
export function createShell(runCommand: RunCommand): Shell {
  const shell: Shell = { runList, runSubshell, runNode, runText }
  let commandsRun = 0
  let depth = 0
  return shell

  function runText(text: string, script: Script, setting: Setting): Path[] {
    const { commands, errors } = parse(text)
    const [error] = errors ?? []
    if (error === undefined) return runList(commands, { ...setting, script })
    return [fail(new NotKnown(`it cannot be read: ${error.message}`), script.place(error.pos), setting.world)]
  }

  function runList(commands: readonly Statement[], setting: Setting): Path[] {
    let live: Path[] = [start(setting.world)]
    const left: Path[] = []
    for (const [index, statement] of commands.entries()) {
      const isCondition = setting.isCondition && index === commands.length - 1
      const paths = live.flatMap((path) =>
        follow(path, (world) => runStatement(statement, { ...setting, world, isCondition })),
      )
      live = mergePaths(paths.filter(({ flow }) => flow === undefined))
      left.push(...paths.filter(({ flow }) => flow !== undefined))
      if (live.length > MAX_WAYS) {
        const [first = start(setting.world)] = live
        live = [fail(new NotKnown('there are too many ways to go'), setting.script.place(statement.pos), first.world)]
      }
    }
    return mergePaths([...live, ...left])
  }

  function runStatement(statement: Statement, setting: Setting): Path[] {
    const { command, background, pos } = statement
    if (background !== true)
      return command.type === 'AndOr' ? runAndOr(command, setting) : runPipeline(command, setting)
    const { world } = setting
    const { key, status } = world
    const paths = runSubshell([{ ...statement, background: undefined }], { ...setting, world: new World(world) })
    for (const path of paths) path.world.status = status
    if (paths.every((path) => path.world.key === key)) return [start(world)]
    return [fail(new NotKnown('it runs in the background'), setting.script.place(pos), world)]
  }

  function runAndOr({ commands, operators }: AndOr, setting: Setting): Path[] {
    let paths: Path[] = [start(setting.world)]
    for (const [index, command] of commands.entries()) {
      const isWanted = operators[index - 1] !== '||'
      const isCondition = setting.isCondition || index < commands.length - 1
      paths = paths.flatMap((path) => {
        if (path.flow !== undefined || path.isTrue !== isWanted) return [path]
        return follow(path, (world) => runPipeline(command, { ...setting, world, isCondition }))
      })
    }
    return mergePaths(paths)
  }

  function runPipeline(node: PipelineNode, setting: Setting): Path[] {
    const isNegated =
      node.type === 'Pipeline' && node.prefixes.filter(({ type }) => type === 'Negation').length % 2 === 1
    const commands = node.type === 'Pipeline' ? node.commands : [node]
    const paths =
      commands.length === 1 ? commands.flatMap((one) => runNode(one, setting)) : runStages(commands, setting)
    return paths.map((path) => {
      if (path.flow !== undefined) return path
      if (isNegated) path.world.status = path.world.status === undefined ? undefined : !path.world.status
      if (isNegated) return { ...path, isTrue: !path.isTrue }
      const stops = !path.isTrue && !setting.isCondition && path.world.stopsOnFailure
      return stops ? { ...path, flow: 'exit' } : path
    })
  }

  function runStages(commands: readonly CommandNode[], setting: Setting): Path[] {
    let paths: Path[] = [{ ...start(setting.world), output: setting.input }]
    for (const [index, command] of commands.entries()) {
      const isCondition = setting.isCondition && index === commands.length - 1
      paths = paths.flatMap(({ world, output: input }) =>
        isolate({ ...setting, world, input, isCondition }, (inner) => runNode(command, inner)),
      )
    }
    return mergePaths(paths)
  }

  function runSubshell(commands: readonly Statement[], setting: Setting): Path[] {
    return mergePaths(isolate(setting, (inner) => runList(commands, inner)))
  }

  function runNode(node: CommandNode | CompoundList, setting: Setting): Path[] {
    try {
      depth += 1
      commandsRun += 1
      setting.world.spend(1)
      if (depth > MAX_DEPTH || commandsRun > MAX_COMMANDS) throw new NotKnown('there is too much to follow')
      return run(node, setting)
    } catch (error) {
      if (!(error instanceof NotKnown)) throw error
      const { world, script } = setting
      // What failed before has left no file: then this fails, too.
      if (error.isMissing && world.isUnlikely) return []
      return [fail(error, script.place(node.pos), world)]
    } finally {
      depth -= 1
    }
  }

  function run(node: CommandNode | CompoundList, setting: Setting): Path[] {
    const { world, script } = setting
    switch (node.type) {
      case 'Command':
        return runCommand(node, setting)
      case 'CompoundList':
        return runList(node.commands, setting)
      case 'BraceGroup':
        return runList(node.body.commands, setting)
      case 'Subshell':
        return runSubshell(node.body.commands, setting)
      case 'Redirected': {
        const { input, finish } = redirect(node.redirects, setting)
        return finish(runNode(node.command, { ...setting, input }))
      }
      case 'If':
        return runIf([node, ...node.elif], node.else, setting)
      case 'For':
        return runFor(node, setting)
      case 'ArithmeticFor':
        return runArithmeticFor(node, setting)
      case 'While':
        return runWhile(node, setting)
      case 'Case':
        return runCase(node, setting)
      case 'Function':
        world.functions.set(node.name.value, { body: node.body, script })
        return [start(world)]
      case 'TestCommand': {
        const before = new World(world)
        const status = evaluateTest(node.expression, setting)
        return toPaths(setting, { status }, { text: 'the test', at: script.place(node.pos), before })
      }
      case 'ArithmeticCommand': {
        const number = calculate(node.expression, toNumbers(setting))
        const status = number === undefined ? 'open' : number !== 0
        return toPaths(setting, { status }, { text: `((${node.body}))`, at: script.place(node.pos) })
      }
      default:
        throw new NotKnown(`"${node.type.toLowerCase()}"`)
    }
  }

  function runIf(
    [first, ...others]: readonly Pick<If, 'clause' | 'then'>[],
    otherwise: CompoundList | undefined,
    setting: Setting,
  ): Path[] {
    if (first === undefined)
      return otherwise === undefined ? [start(setting.world)] : runList(otherwise.commands, setting)
    const answers = runList(first.clause.commands, { ...setting, isCondition: true })
    const paths = answers.flatMap((path) => {
      if (path.flow !== undefined) return [path]
      return follow(path, (world) =>
        path.isTrue
          ? runList(first.then.commands, { ...setting, world })
          : runIf(others, otherwise, { ...setting, world }),
      )
    })
    return mergePaths(paths)
  }

  function runCase({ word, items }: Case, setting: Setting): Path[] {
    const value = expandText(word, setting)
    const { world, script } = setting
    const paths: Path[] = []
    let rest: World | undefined = world
    for (const { pattern, body, terminator } of items) {
      if (rest === undefined) break
      if (terminator !== undefined && terminator !== ';;') throw new NotKnown(`"${terminator}"`)
      const patterns = pattern.map((one) => expandText(one, setting))
      const isCertain = patterns.some(({ text }) => text === '*')
      const isOpen = !isCertain && [value, ...patterns].some(({ cause }) => cause !== undefined)
      const matches = isOpen || patterns.some(({ text }) => matchesGlob(value.text, text))
      if (!matches) continue
      const question = { text: `case ${value.text}`, at: script.place(body.pos) }
      const [taken, left]: Path[] = isOpen
        ? toPaths({ world: rest, isCondition: true }, { status: 'open' }, question)
        : [start(rest)]
      if (taken !== undefined) paths.push(...runList(body.commands, { ...setting, world: taken.world }))
      rest = left?.world
    }
    return mergePaths(rest === undefined ? paths : [...paths, start(rest)])
  }
}

/** Goes on, all the same, after a command that is not known. */
function fail(error: NotKnown, at: Parameters<typeof note>[2], world: World): Path {
  return { ...start(world), output: note(world, error, at) }
}

/** Runs something in a shell of its own. */
function isolate(setting: Setting, run: (setting: Setting) => Path[]): Path[] {
  const { variables, lists, functions, exported, locals, cwd, stopsOnFailure } = setting.world
  setting.world.spendCopy()
  const copies = () => ({ variables: new Map(variables), lists: new Map(lists), functions: new Map(functions) })
  Object.assign(setting.world, copies())
  return run(setting).map((path) => {
    Object.assign(path.world, { ...copies(), exported, locals, cwd, stopsOnFailure })
    return { ...path, flow: undefined }
  })
}
