/** Puts shell words together to pipelines of simple commands. */

import { ShellFailure, type Token, toTokens } from './words.ts'

/** `> FILE`, `2>&1`, ... */
export interface Redirect {
  /** With its file descriptor, as written: `>`, `2>`, `2>&`. */
  readonly operator: string
  readonly target: string
}

/** One program with its arguments. */
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
 * @throws ShellFailure for what is no sequence of simple commands
 */
export function toPipelines(text: string, variables: Map<string, string>): Pipeline[] {
  const pipelines: Pipeline[] = []
  // Line by line, so that a variable is known in the lines after it.
  for (const statement of toStatements(text)) {
    const { text: written, offset, isFallback } = statement
    const commands = toCommands(toTokensAt(written, offset, variables), offset, variables)
    if (commands.length > 0) pipelines.push({ commands, isFallback })
  }
  return pipelines
}

function toTokensAt(text: string, base: number, variables: ReadonlyMap<string, string>): Token[] {
  try {
    return toTokens(text, variables)
  } catch (error) {
    if (error instanceof ShellFailure) throw new ShellFailure(error.message, base + error.offset)
    throw error
  }
}

interface Statement {
  readonly text: string
  readonly offset: number
  readonly isFallback: boolean
}

/** Cuts at `;`, line ends, `&&` and `||` outside of quotes; tokens tell where these are, whatever variables are worth. */
function toStatements(text: string): Statement[] {
  const statements: Statement[] = []
  let start = 0
  let isFallback = false
  for (const cut of [...findCuts(text), { at: text.length, piece: '' }]) {
    const part = text.slice(start, cut.at)
    if (part.trim() !== '') {
      statements.push({ text: part, offset: start, isFallback })
      // A line may break after an operator.
      isFallback = false
    }
    isFallback ||= cut.piece === '||'
    start = cut.at + cut.piece.length
  }
  return statements
}

const PIECE = /\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|(?<![^\s;])#[^\n]*|&&|\|\||[;\n]|[\s\S]/g

function findCuts(text: string): { readonly at: number; readonly piece: string }[] {
  return [...text.matchAll(PIECE)]
    .filter(([piece]) => piece === '&&' || piece === '||' || piece === ';' || piece === '\n')
    .map(({ 0: piece, index }) => ({ at: index, piece }))
}

function toCommands(tokens: readonly Token[], base: number, variables: Map<string, string>): SimpleCommand[] {
  const commands: SimpleCommand[] = []
  let stage: Token[] = []
  const close = (): void => {
    const command = toCommand(stage, base, variables)
    if (command !== undefined) commands.push(command)
    stage = []
  }
  for (const token of tokens) {
    if (token.kind === 'operator' && token.text === '|') close()
    else if (token.kind === 'operator' && !/[<>]/.test(token.text)) {
      throw new ShellFailure(`"${token.text}"`, base + token.offset)
    } else stage.push(token)
  }
  close()
  return commands
}

function toCommand(tokens: readonly Token[], base: number, variables: Map<string, string>): SimpleCommand | undefined {
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
  return { text, program, args, redirects, offset: base + first.offset }
}

function setExported(arg: string, variables: Map<string, string>): void {
  const [, name, value] = ASSIGNMENT.exec(arg) ?? []
  if (name !== undefined && value !== undefined) variables.set(name, value)
}
