/** HashiCorp's HCL parser, as WebAssembly. */

import { createRequire } from 'node:module'
import * as v from 'valibot'
import { type AstNode, AstNodeSchema } from './ast.ts'
import { PARSED_NAME, type SyntaxMistake, toMistakes } from './mistakes.ts'

/** The parser's two questions: is it valid, and what is this expression? */
export interface HclParser {
  /** The mistakes in a whole file; empty when it is valid. */
  findMistakes(text: string): Promise<SyntaxMistake[]>
  /**
   * An expression as JSON. What is constant in it is evaluated; the rest stays in the strings as `${...}`, and a
   * literal `${` comes back as `$${`. Undefined for what JSON cannot say.
   */
  toJson(expression: string): Promise<unknown>
  /** The expression's syntax tree, which tells where in it what stands; undefined when there is none. */
  toAst(expression: string): Promise<AstNode | undefined>
}

type AsyncFunction = (name: string, text: string) => Promise<unknown>
const AsyncFunctionSchema = v.custom<AsyncFunction>((input) => typeof input === 'function')
const ModuleSchema = v.object({ parse: AsyncFunctionSchema, getExpressionAst: AsyncFunctionSchema })
const ArgumentSchema = v.object({ value: v.unknown() })

const TOO_DEEP: SyntaxMistake = {
  line: 1,
  column: 1,
  summary: 'The brackets nest too deeply',
  detail: 'write it with a few levels of brackets',
}

let loading: Promise<HclParser> | undefined

/**
 * Loads the parser, once a process: about 0.3 s and 143 MB, so ask for it only when there is something to parse.
 *
 * Its type declarations pull in those of the browser's DOM, for the whole program, which is why it comes as an unknown
 * module and is checked here. It also leaves `require`, `fs`, `path` and two names of its own in the global object,
 * which it needs only while it starts; others take such names for a sign of another runtime, so they are removed.
 */
export function loadHclParser(): Promise<HclParser> {
  loading ??= load()
  return loading
}

async function load(): Promise<HclParser> {
  const before = new Set(Object.getOwnPropertyNames(globalThis))
  const loaded: unknown = createRequire(import.meta.url)('@cdktn/hcl2json')
  const { parse, getExpressionAst } = v.parse(ModuleSchema, loaded)
  await parse(PARSED_NAME, '')
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!before.has(name)) Reflect.deleteProperty(globalThis, name)
  }
  return {
    async findMistakes(text) {
      try {
        await parse(PARSED_NAME, text)
        return []
      } catch (error) {
        // It runs out of stack.
        if (error instanceof RangeError) return [TOO_DEEP]
        return toMistakes(error instanceof Error ? error.message : String(error))
      }
    },
    async toJson(expression) {
      try {
        return v.parse(ArgumentSchema, await parse(PARSED_NAME, `value = ${expression}\n`)).value
      } catch {
        return undefined
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
