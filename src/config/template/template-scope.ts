/** The names that the expressions of a template may use. */

import { resolve } from 'node:path'
import type { Origin } from '../../errors.ts'
import { didYouMean } from '../../util/near.ts'
import { registerSecret } from '../../util/redact.ts'
import { Budget } from '../expression/budget.ts'
import { evaluateExpression, type Scope } from '../expression/evaluate.ts'
import { namesIn } from '../expression/expression.ts'
import { EvaluationFailure, PACKER_HINT } from '../expression/failure.ts'
import type { Place } from '../expression/functions/arguments.ts'
import { isScalar, toStringValue, type Value } from '../value.ts'
import type { Template } from './template.ts'

/** Which source a build evaluates something for. */
export interface SourceNames {
  readonly type: string
  readonly name: string
}

/** The Packer as which templates are read: what `packer.version` gives. */
export const READ_AS_PACKER = '1.16.0'

/** What a provisioner may know of the server, and nothing else. Source: Packer 1.16, and its plugin for Hetzner Cloud. */
const BUILD_VALUES: readonly string[] = [
  'ConnType Host ID PackerHTTPAddr PackerHTTPIP PackerHTTPPort PackerRunUUID Password Port SSHPrivateKey',
  'SSHPrivateKeyFile SSHPublicKey SourceImageName User WinRMPassword',
].flatMap((line) => line.split(' '))

/** Stands in a text for what is known only once there is a server. */
export const OF_THE_SERVER = 'known-once-there-is-a-server'

/** Locals of a circle that a message names. */
const MOST_SHOWN = 10

/** Names of a template: `var`, `local`, `path`, and `source` in a build. Each local is evaluated once. */
export class TemplateScope implements Scope {
  readonly place: Place
  readonly budget: Budget
  readonly #template: Template
  readonly #overrides: ReadonlyMap<string, Value>
  readonly #source: SourceNames | undefined
  readonly #build: string | undefined
  readonly #locals: Map<string, Value | EvaluationFailure>

  /** @param overrides values of variables that count instead of their own */
  constructor(
    template: Template,
    overrides: ReadonlyMap<string, Value>,
    { parent, source, build }: { parent?: TemplateScope; source?: SourceNames; build?: string } = {},
  ) {
    this.#template = template
    this.place = { directory: resolve(template.cwd, template.directory), cwd: template.cwd }
    this.#overrides = overrides
    this.#source = source
    this.#build = build
    this.#locals = parent === undefined ? new Map() : parent.#locals
    this.budget = parent === undefined ? new Budget() : parent.budget
  }

  /** The same names, and `source`. */
  forSource(source: SourceNames): TemplateScope {
    return new TemplateScope(this.#template, this.#overrides, { parent: this, source })
  }

  /** The same names, and `source` and `build`. @param build its name; empty where it has none */
  forProvisioners(source: SourceNames, build: string): TemplateScope {
    return new TemplateScope(this.#template, this.#overrides, { parent: this, source, build })
  }

  resolve(root: string, first: string | number | undefined, at: Origin): { value: Value; used: 0 | 1 } {
    const name = String(first ?? '')
    switch (root) {
      case 'var':
        return { value: this.#variable(name, at), used: 1 }
      case 'local':
        return { value: this.#local(name, at), used: 1 }
      case 'path':
        return { value: this.#path(name, at), used: 1 }
      case 'source':
        if (this.#source !== undefined) return { value: toObject(this.#source), used: 0 }
        break
      case 'packer':
        if (name === 'version') return { value: toStringValue(READ_AS_PACKER), used: 1 }
        break
      case 'build':
        if (this.#build === undefined) break
        if (name === 'name') return { value: toStringValue(this.#build), used: 1 }
        if (BUILD_VALUES.includes(name)) return { value: toStringValue(OF_THE_SERVER), used: 1 }
        break
    }
    const what = root === 'packer' || root === 'build' ? `${root}.${name}` : root
    throw new EvaluationFailure(`"${what}" has no value here`, at, HINTS[root] ?? PACKER_HINT)
  }

  #variable(name: string, at: Origin): Value {
    const value = this.#overrides.get(name) ?? this.#template.variables.get(name)?.value
    if (value !== undefined) return value
    const hint = didYouMean(name, this.#template.variables.keys())
    throw new EvaluationFailure(
      `there is no variable "${name}"`,
      at,
      hint ?? `declare it: variable "${name}" { default = ... }`,
    )
  }

  #local(name: string, at: Origin): Value {
    if (!this.#template.locals.has(name)) {
      const hint = didYouMean(name, this.#template.locals.keys())
      throw new EvaluationFailure(`there is no local "${name}"`, at, hint ?? `write it into a locals block`)
    }
    if (!this.#locals.has(name)) this.#evaluateLocals(name)
    const known = this.#locals.get(name)
    if (known === undefined || known instanceof EvaluationFailure) throw known
    return known
  }

  /** Evaluates a local, and before it those that it needs, one after the other: there may be more than the stack has space for. */
  #evaluateLocals(first: string): void {
    const path = new Map<string, string[]>()
    const names: string[] = []
    const enter = (name: string): void => {
      const expression = this.#template.locals.get(name)?.expression
      path.set(name, expression === undefined ? [] : namesIn(expression, 'local').reverse())
      names.push(name)
    }
    enter(first)
    for (let name = names.at(-1); name !== undefined; name = names.at(-1)) {
      const next = path.get(name)?.pop()
      if (next === undefined) {
        if (!this.#locals.has(name)) this.#locals.set(name, this.#evaluateLocal(name))
        path.delete(name)
        names.pop()
      } else if (path.has(next) && !this.#locals.has(next)) {
        const circle = names.slice(names.lastIndexOf(next))
        const failure = this.#toCircleFailure(next, circle)
        for (const one of circle) this.#locals.set(one, failure)
      } else if (this.#template.locals.has(next) && !this.#locals.has(next)) enter(next)
    }
  }

  #toCircleFailure(name: string, circle: readonly string[]): EvaluationFailure {
    const shown = [...circle.slice(0, MOST_SHOWN), ...(circle.length > MOST_SHOWN ? [] : [name])]
    const text = shown.map((one) => `local.${one}`).join(' -> ') + (circle.length > MOST_SHOWN ? ' -> ...' : '')
    const at = this.#template.locals.get(name)?.origin ?? { kind: 'default' }
    return new EvaluationFailure(`local.${name} depends on itself: ${text}`, at, 'break the circle')
  }

  /** Every use of a local that has no value gives the same problem, which is reported once. */
  #evaluateLocal(name: string): Value | EvaluationFailure {
    const local = this.#template.locals.get(name)
    if (local === undefined) throw new Error(`there is no local ${name}`)
    try {
      const value = evaluateExpression(local.expression, this)
      if (local.isSensitive && isScalar(value)) registerSecret(value.text)
      return value
    } catch (error) {
      if (error instanceof EvaluationFailure) return error
      throw error
    }
  }

  #path(name: string, at: Origin): Value {
    const { directory, cwd } = this.place
    if (name === 'cwd') return toStringValue(cwd)
    if (name === 'root') return toStringValue(directory)
    throw new EvaluationFailure(`there is no "path.${name}"`, at, 'there are path.cwd and path.root')
  }
}

const HINTS: Readonly<Record<string, string>> = {
  build: 'only provisioners know what their build and its server are called',
  data: `data sources are not looked up here; ${PACKER_HINT}`,
  source: 'it has one only in a build block',
}

function toObject({ type, name }: SourceNames): Value {
  return {
    kind: 'object',
    members: new Map([
      ['type', toStringValue(type)],
      ['name', toStringValue(name)],
    ]),
  }
}
