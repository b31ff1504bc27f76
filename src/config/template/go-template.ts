/** The older `{{ ... }}` in texts, which Packer fills in after the expressions: Go's templates, as far as texts use them. */

import { randomUUID } from 'node:crypto'
import { formatGoLayout, formatStrftime } from '../expression/functions/go-layout.ts'
import { countIn } from '../expression/functions/texts.ts'
import { formatSeconds, NOW } from '../expression/functions/times.ts'
import { READ_AS_PACKER, type SourceNames } from './template-scope.ts'

/** What a text is filled in for. */
export interface EngineContext {
  readonly source: SourceNames | undefined
  readonly cwd: string
  /** Counts what is about to be made. @throws EvaluationFailure when that is too much */
  readonly take: (bytes: number) => void
}

/** Why something between the braces has no value. */
export class GoTemplateFailure extends Error {
  override readonly name = 'GoTemplateFailure'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

type EngineFunction = (args: readonly string[], context: EngineContext) => string | undefined

const UUID = randomUUID()

/** Undefined is what does not fit the arguments. */
const FUNCTIONS: ReadonlyMap<string, EngineFunction> = new Map<string, EngineFunction>([
  ['build_name', (_, { source }) => source?.name],
  ['build_type', (_, { source }) => source?.type],
  // Cloud builders have it for the names that their clouds allow; that of Hetzner Cloud has none, so that all of those do.
  ['clean_resource_name', ([text]) => text?.replace(/[^A-Za-z0-9._-]/g, '-')],
  ['isotime', ([layout]) => (layout === undefined ? formatSeconds(NOW) : formatGoLayout(layout, NOW))],
  ['lower', ([text]) => text?.toLowerCase()],
  ['packer_version', () => READ_AS_PACKER],
  ['pwd', (_, { cwd }) => cwd],
  [
    'replace',
    ([old, by, most, text], context) =>
      text === undefined ? undefined : replace(text, old, by, Number(most), context),
  ],
  ['replace_all', ([old, by, text], context) => (text === undefined ? undefined : replace(text, old, by, -1, context))],
  [
    'split',
    ([text, separator, index]) => (index === undefined ? undefined : text?.split(separator ?? '')[Number(index)]),
  ],
  ['strftime', ([format]) => (format === undefined ? undefined : formatStrftime(format, NOW))],
  ['timestamp', () => String(Math.floor(NOW.getTime() / 1000))],
  ['upper', ([text]) => text?.toUpperCase()],
  ['uuid', () => UUID],
])

/** What Packer itself refuses in such a place, and what to write instead. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['build', `write \${build.ID} and such, in a provisioner`],
  ['env', `give a variable the default env("NAME"), and write \${var.name}`],
  ['template_dir', `write \${path.root}`],
  ['user', `write \${var.name}`],
])

/** All that are filled in. */
export const ENGINE_FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys()]

/** What each part of a text that is taken apart takes in memory, more or less. */
const BYTES_OF_PART = 32

function replace(text: string, old = '', by = '', most: number, { take }: EngineContext): string {
  take(text.length + countIn(text, old) * (by.length + BYTES_OF_PART))
  const parts = text.split(old)
  const count = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1)
  return [parts.slice(0, count + 1).join(by), ...parts.slice(count + 1)].join(old)
}

/** @throws GoTemplateFailure */
export function fillGoTemplate(text: string, context: EngineContext): string {
  if (!text.includes('{{')) return text
  const filled: string[] = []
  let end = 0
  for (let at = text.indexOf('{{'); at !== -1; at = text.indexOf('{{', end)) {
    const close = text.indexOf('}}', at + 2)
    if (close === -1) break
    const [, left = '', action = '', right = ''] =
      /^(-(?=\s))?([\s\S]*?)((?<=\s)-)?$/.exec(text.slice(at + 2, close)) ?? []
    const before = text.slice(end, at)
    const made = isComment(action) ? '' : new Pipeline(toTokens(action.trim()), action.trim(), context).read()
    context.take(made.length)
    filled.push(left === '' ? before : before.trimEnd(), made)
    end = close + 2
    if (right !== '') end += text.length - end - text.slice(end).trimStart().length
  }
  return filled.join('') + text.slice(end)
}

const isComment = (action: string): boolean => /^\s*\/\*[\s\S]*\*\/\s*$/.test(action)

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*"|`[^`]*`|-?\d+)|([A-Za-z_]\w*)|([|()])|(\S+))/g

type Token = { readonly kind: 'text' | 'name' | 'mark' | 'other'; readonly text: string }

function toTokens(action: string): Token[] {
  return [...action.matchAll(TOKEN)].map(([, literal, name, mark, other = '']): Token => {
    if (literal !== undefined) return { kind: 'text', text: unquote(literal) }
    if (name !== undefined) return { kind: 'name', text: name }
    return mark === undefined ? { kind: 'other', text: other } : { kind: 'mark', text: mark }
  })
}

function unquote(literal: string): string {
  if (literal.startsWith('`')) return literal.slice(1, -1)
  if (!literal.startsWith('"')) return literal
  return literal.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter)
}

/** Parentheses in each other. */
const MOST_LEVELS = 100

/** Characters of an action that a message shows. */
const MOST_SHOWN = 200

/** `name arg | name arg`: what a command gives is the last argument of the next one. */
class Pipeline {
  readonly #tokens: readonly Token[]
  readonly #written: string
  readonly #context: EngineContext
  #at = 0
  #levels = 0

  constructor(tokens: readonly Token[], written: string, context: EngineContext) {
    this.#tokens = tokens
    this.#written = written
    this.#context = context
  }

  get #shown(): string {
    return this.#written.length > MOST_SHOWN ? `{{${this.#written.slice(0, MOST_SHOWN)}...` : `{{${this.#written}}}`
  }

  read(): string {
    const value = this.#pipeline()
    return this.#at === this.#tokens.length ? value : this.#fail()
  }

  #pipeline(): string {
    let value = this.#command([])
    while (this.#takeMark('|')) value = this.#command([value])
    return value
  }

  #command(piped: readonly string[]): string {
    const first = this.#tokens[this.#at]
    if (first?.kind !== 'name') return piped.length === 0 ? (this.#operand() ?? this.#fail()) : this.#fail()
    this.#at += 1
    const args: string[] = []
    for (let one = this.#operand(); one !== undefined; one = this.#operand()) args.push(one)
    return this.#call(first.text, [...args, ...piped])
  }

  #operand(): string | undefined {
    const token = this.#tokens[this.#at]
    if (token?.kind === 'text' || token?.kind === 'name') {
      this.#at += 1
      return token.kind === 'text' ? token.text : this.#call(token.text, [])
    }
    if (!this.#takeMark('(')) return undefined
    this.#levels += 1
    if (this.#levels > MOST_LEVELS) return this.#fail()
    const value = this.#pipeline()
    this.#levels -= 1
    return this.#takeMark(')') ? value : this.#fail()
  }

  #takeMark(mark: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'mark' || token.text !== mark) return false
    this.#at += 1
    return true
  }

  #call(name: string, args: readonly string[]): string {
    const refused = REFUSED.get(name)
    if (refused !== undefined) throw new GoTemplateFailure(`${this.#shown} has no value here`, refused)
    return FUNCTIONS.get(name)?.(args, this.#context) ?? this.#fail()
  }

  #fail(): never {
    throw new GoTemplateFailure(`${this.#shown} is not supported`)
  }
}
