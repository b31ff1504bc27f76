/** The names that the expressions of a template may use. */

import { resolve } from 'node:path'
import type { Origin } from '../../errors.ts'
import { didYouMean } from '../../util/near.ts'
import { registerSecret } from '../../util/redact.ts'
import { evaluateExpression, type Scope } from '../expression/evaluate.ts'
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

/** Names of a template: `var`, `local`, `path`, and `source` in a build. Each local is evaluated once. */
export class TemplateScope implements Scope {
  readonly place: Place
  readonly #template: Template
  readonly #overrides: ReadonlyMap<string, Value>
  readonly #source: SourceNames | undefined
  readonly #build: string | undefined
  readonly #locals: Map<string, Value | EvaluationFailure>
  readonly #evaluating: string[] = []

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
    const known = this.#locals.get(name)
    if (known instanceof EvaluationFailure) throw known
    if (known !== undefined) return known
    const local = this.#template.locals.get(name)
    if (local === undefined) {
      const hint = didYouMean(name, this.#template.locals.keys())
      throw new EvaluationFailure(`there is no local "${name}"`, at, hint ?? `write it into a locals block`)
    }
    const since = this.#evaluating.indexOf(name)
    if (since !== -1) {
      const circle = [...this.#evaluating.slice(since), name].map((one) => `local.${one}`).join(' -> ')
      throw new EvaluationFailure(`local.${name} depends on itself: ${circle}`, local.origin, 'break the circle')
    }
    this.#evaluating.push(name)
    try {
      const value = evaluateExpression(local.expression, this)
      if (local.isSensitive && isScalar(value)) registerSecret(value.text)
      this.#locals.set(name, value)
      return value
    } catch (error) {
      // Every use gives the same problem, which is reported once.
      if (error instanceof EvaluationFailure) this.#locals.set(name, error)
      throw error
    } finally {
      this.#evaluating.pop()
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
