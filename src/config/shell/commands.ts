/** Puts shell words together to pipelines of simple commands. */

import { readTokens, ShellFailure, type Token } from './words.ts'

/** `> FILE`, `2>&1`, ... */
export interface Redirect {
  /** With its file descriptor, as written: `>`, `2>`, `2>&`. */
  readonly operator: string
  readonly target: string
}

export interface SimpleCommand {
  /** As it is shown: the words with a space between them. */
  readonly text: string
  readonly program: string
  readonly args: readonly string[]
  readonly redirects: readonly Redirect[]
  readonly offset: number
}

export interface Pipeline {
  readonly commands: readonly SimpleCommand[]
  /** Whether it runs only when what stands before it, and before a `||`, fails. */
  readonly isFallback: boolean
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=([\s\S]*)$/
/** Programs that only run another one. */
const WRAPPERS = new Set(['sudo', 'time', 'nice', 'ionice', 'command', 'exec', 'env'])

/**
 * The pipelines of a text, in order.
 * @param variables is added to by `NAME=value` and `export NAME=value`
 * @throws ShellFailure for what is not a sequence of simple commands
 */
export function toPipelines(text: string, variables: Map<string, string>): Pipeline[] {
  const pipelines: Pipeline[] = []
  let commands: SimpleCommand[] = []
  let words: Token[] = []
  let isFallback = false
  const endCommand = (): void => {
    const command = toCommand(words, variables)
    if (command !== undefined) commands.push(command)
    words = []
  }
  const endPipeline = (operator?: string): void => {
    const isEmpty = words.length === 0 && commands.length === 0
    endCommand()
    if (commands.length > 0) pipelines.push({ commands, isFallback })
    commands = []
    // A line may break after an operator.
    isFallback = operator === '||' || (isEmpty && isFallback)
  }
  for (const token of readTokens(text, variables)) {
    if (token.kind === 'word' || /[<>]/.test(token.text)) words.push(token)
    else if (token.text === '|') endCommand()
    else if (SEPARATORS.has(token.text)) endPipeline(token.text)
    else throw new ShellFailure(`"${token.text}"`, token.offset)
  }
  endPipeline()
  return pipelines
}

const SEPARATORS = new Set([';', '&&', '||'])

function toCommand(tokens: readonly Token[], variables: Map<string, string>): SimpleCommand | undefined {
  const [first] = tokens
  if (first === undefined) return undefined
  const words: string[] = []
  const redirects: Redirect[] = []
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index]
    if (token?.kind === 'operator') {
      index += 1
      redirects.push({ operator: token.text, target: tokens[index]?.text ?? '' })
    } else if (token !== undefined) words.push(token.text)
  }
  const text = words.join(' ')
  for (let word = words[0]; word !== undefined; word = words[0]) {
    const [, name = '', value = ''] = ASSIGNMENT.exec(word) ?? []
    const isWrapper = WRAPPERS.has(word) && words.length > 1
    if (name === '' && !isWrapper) break
    words.shift()
    if (name !== '') variables.set(name, value)
    while (isWrapper && words[0]?.startsWith('-')) words.shift()
  }
  const [program, ...args] = words
  if (program === undefined) return undefined
  if (program === 'export') for (const arg of args) setExported(arg, variables)
  return { text, program, args, redirects, offset: first.offset }
}

function setExported(arg: string, variables: Map<string, string>): void {
  const [, name, value] = ASSIGNMENT.exec(arg) ?? []
  if (name !== undefined && value !== undefined) variables.set(name, value)
}
