/** HashiCorp's HCL parser, as WebAssembly. */

import { createRequire } from 'node:module'
import * as v from 'valibot'
import type { Problem } from '../../errors.ts'
import type { Position } from '../position.ts'
import { originAt, type SourceFile } from '../source-file.ts'
import { type AstNode, AstNodeSchema } from './ast.ts'

/** Checks files, and parses expressions; it tells no positions of arguments and blocks. */
export interface HclParser {
  /** What is wrong with the syntax of a file; empty when it is valid. */
  findSyntaxProblems(file: SourceFile): Promise<Problem[]>
  /** The syntax tree of an expression; undefined when there is none. */
  toAst(expression: string): Promise<AstNode | undefined>
}

type AsyncFunction = (name: string, text: string) => Promise<unknown>

/** What is used of the parser's module. */
export interface ParserModule {
  readonly parse: AsyncFunction
  readonly getExpressionAst: AsyncFunction
}

const AsyncFunctionSchema = v.custom<AsyncFunction>((input) => typeof input === 'function')
const ModuleSchema = v.object({ parse: AsyncFunctionSchema, getExpressionAst: AsyncFunctionSchema })

/** One mistake in the syntax, with the parser's own words. */
interface SyntaxMistake extends Position {
  readonly summary: string
  readonly detail: string
}

const TOO_DEEP: SyntaxMistake = {
  line: 1,
  column: 1,
  summary: 'The brackets nest too deeply',
  detail: 'write it with a few levels of brackets',
}

/** The name under which texts are given to the parser: nothing that could stand in a text or a message by chance. */
const PARSED_NAME = '<hcl>'

let loading: Promise<HclParser> | undefined

/**
 * Loads the parser, once a process: about 0.3 s and 143 MB, so ask for it only when there is something to parse.
 *
 * Its type declarations pull in those of the browser's DOM, for the whole program, which is why it comes as an unknown
 * module and is checked here. It also leaves `require`, `fs`, `path` and two names of its own in the global object,
 * which it needs only while it starts; others take such names for a sign of another runtime, so they are removed.
 */
export function loadHclParser(): Promise<HclParser> {
  loading ??= loadHere().then(toParser)
  return loading
}

/** Loads the parser by other means than into this process; where that fails, into this one. */
export function parseHclWith(load: (path: string) => ParserModule): void {
  loading ??= loadWith(load).catch(loadHere).then(toParser)
}

const requireHere = createRequire(import.meta.url)
const MODULE = '@cdktn/hcl2json'

async function loadHere(): Promise<ParserModule> {
  const before = new Set(Object.getOwnPropertyNames(globalThis))
  const loaded: unknown = requireHere(MODULE)
  const functions = v.parse(ModuleSchema, loaded)
  await functions.parse(PARSED_NAME, '')
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!before.has(name)) Reflect.deleteProperty(globalThis, name)
  }
  return functions
}

async function loadWith(load: (path: string) => ParserModule): Promise<ParserModule> {
  const functions = load(requireHere.resolve(MODULE))
  await functions.parse(PARSED_NAME, '')
  return functions
}

function toParser({ parse, getExpressionAst }: ParserModule): HclParser {
  return {
    async findSyntaxProblems(file) {
      try {
        await parse(PARSED_NAME, file.text)
        return []
      } catch (error) {
        // It runs out of stack.
        if (error instanceof RangeError) return [toProblem(file, TOO_DEEP)]
        const mistakes = toMistakes(error instanceof Error ? error.message : String(error))
        return mistakes.map((mistake) => toProblem(file, mistake))
      }
    },
    async toAst(expression) {
      try {
        return v.parse(v.nullish(AstNodeSchema), await getExpressionAst(PARSED_NAME, `${expression}\n`)) ?? undefined
      } catch {
        // It takes some files for valid whose expressions it then does not read.
        return undefined
      }
    },
  }
}

const MISTAKE = /<hcl>:(\d+),(\d+)-[\d,]+: ([^;]*); ([\s\S]*?)(?= <hcl>:\d+,\d+-[\d,]+: |\]?\s*$)/g
const PREFIX = 'parse config: ['

/** More help no user. */
const MOST_MISTAKES = 100

/** A string that is not closed takes in what follows it, so later mistakes of that text are not real. */
const MISLEADING = /string|template/i

/**
 * The mistakes in the parser's error message, in the order of the text, one a line.
 * Empty when the message is not about the syntax.
 */
function toMistakes(message: string): SyntaxMistake[] {
  if (!message.startsWith(PREFIX)) return []
  const all = [...message.matchAll(MISTAKE)].map(([, line, column, summary = '', detail = '']) => ({
    line: Number(line),
    column: Number(column),
    summary,
    detail: detail.replace(/<hcl>:(\d+),[\d,-]+/g, 'line $1'),
  }))
  all.sort((a, b) => a.line - b.line)
  const [first] = all
  if (first !== undefined && MISLEADING.test(first.summary)) return [first]
  return [...new Map(all.toReversed().map((mistake) => [mistake.line, mistake])).values()]
    .toReversed()
    .slice(0, MOST_MISTAKES)
}

function toProblem(file: SourceFile, mistake: SyntaxMistake): Problem {
  const { summary, detail } = mistake
  return {
    code: 'config',
    message: `not valid HCL: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`,
    at: originAt(file, mistake),
    hint: summary === 'Invalid multi-line string' ? MISSING_QUOTE : detail,
  }
}

/** The parser's own words speak of heredocs here; the usual mistake is a forgotten quote. */
const MISSING_QUOTE = 'a string must end on the line it begins on: is a quote (") missing?'
