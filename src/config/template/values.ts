/** Attributes of a block as the values that they should be, each with the place where it was written. */

import type { Origin, Problem } from '../../errors.ts'
import { evaluateExpression, type Scope } from '../expression/evaluate.ts'
import type { Expression } from '../expression/expression.ts'
import { EvaluationFailure, PACKER_HINT } from '../expression/failure.ts'
import { formatKind, isScalar, type Value } from '../value.ts'
import { convert, formatType, type VariableType } from '../variable-type.ts'
import type { Sourced } from '../variables.ts'
import type { Attribute } from './block.ts'
import { type EngineContext, fillGoTemplate, GoTemplateFailure } from './go-template.ts'
import type { Template } from './template.ts'
import type { SourceNames } from './template-scope.ts'

/** Evaluates attributes in one scope, and collects what is wrong. */
export class AttributeReader {
  readonly #scope: Scope
  readonly #template: Template
  readonly #problems: Problem[]
  readonly #engine: Omit<EngineContext, 'take'>

  /**
   * @param problems is added to
   * @param source what is evaluated is for this one
   */
  constructor(scope: Scope, template: Template, problems: Problem[], source?: SourceNames) {
    this.#scope = scope
    this.#engine = { source, cwd: template.cwd }
    this.#template = template
    this.#problems = problems
  }

  /** The text of an attribute; undefined when it is null or wrong. */
  text(attribute: Attribute): Sourced<string> | undefined {
    const read = this.#as(attribute, 'string')
    if (read?.value.kind !== 'string') return undefined
    const filled = this.#fill(attribute, read.value.text)
    return filled === undefined ? undefined : { value: filled, origin: read.origin }
  }

  bool(attribute: Attribute): Sourced<boolean> | undefined {
    const read = this.#as(attribute, 'bool')
    return read?.value.kind === 'bool' ? { value: read.value.text === 'true', origin: read.origin } : undefined
  }

  number(attribute: Attribute): Sourced<number> | undefined {
    const read = this.#as(attribute, 'number')
    return read?.value.kind === 'number' ? { value: Number(read.value.text), origin: read.origin } : undefined
  }

  /** The texts of a list; numbers, such as IDs, become texts. */
  texts(attribute: Attribute): Sourced<string>[] {
    const read = this.#as(attribute, { kind: 'list', element: 'string' })
    if (read?.value.kind !== 'list') return []
    const { expression } = attribute
    return read.value.items.flatMap((item, index) => {
      const own = expression.kind === 'list' ? expression.items[index] : undefined
      const filled = item.kind === 'string' ? this.#fill(attribute, item.text) : undefined
      return filled === undefined ? [] : [{ value: filled, origin: own?.origin ?? read.origin }]
    })
  }

  textMap(attribute: Attribute): ReadonlyMap<string, Sourced<string>> {
    const read = this.#as(attribute, { kind: 'map', element: 'string' })
    const texts = new Map<string, Sourced<string>>()
    if (read?.value.kind !== 'object') return texts
    for (const [name, value] of read.value.members) {
      if (value.kind !== 'string') continue
      const filled = this.#fill(attribute, value.text)
      if (filled !== undefined)
        texts.set(name, { value: filled, origin: memberOrigin(attribute.expression, name) ?? read.origin })
    }
    return texts
  }

  /** The text with everything between `{{` and `}}` filled in; undefined when something of that is not known. */
  #fill(attribute: Attribute, text: string): string | undefined {
    try {
      const take = (bytes: number): void => this.#scope.budget.take(bytes, attribute.expression.origin)
      return fillGoTemplate(text, { ...this.#engine, take })
    } catch (error) {
      if (error instanceof EvaluationFailure) this.#problems.push(error.problem)
      if (error instanceof EvaluationFailure) return undefined
      if (!(error instanceof GoTemplateFailure)) throw error
      this.fail(attribute, `"${attribute.name}": ${error.message}`, error.hint)
      return undefined
    }
  }

  /** Any value; undefined when it is wrong. */
  value(attribute: Attribute): Sourced<Value> | undefined {
    try {
      const value = evaluateExpression(attribute.expression, this.#scope)
      return { value, origin: this.originOf(attribute.expression) }
    } catch (error) {
      if (!(error instanceof EvaluationFailure)) throw error
      this.#problems.push(error.problem)
      return undefined
    }
  }

  fail({ expression }: Attribute, message: string, hint: string = PACKER_HINT): void {
    this.#problems.push({ code: 'config', message, at: expression.origin, hint })
  }

  /** Where a value was really written: a variable's value, when the expression is that variable. */
  originOf(expression: Expression): Origin {
    const { origin, ...written } = this.written(expression)
    if (written.kind !== 'reference' || written.root !== 'var') return origin
    return this.#template.variables.get(String(written.steps[0]))?.origin ?? origin
  }

  /** The expression that a name of a local stands for, however many there are in between; any other is itself. */
  written(expression: Expression): Expression {
    const seen = new Set<Expression>()
    let of = expression
    while (of.kind === 'reference' && of.root === 'local' && of.steps.length === 1 && !seen.has(of)) {
      seen.add(of)
      of = this.#template.locals.get(String(of.steps[0]))?.expression ?? of
    }
    return of
  }

  #as(attribute: Attribute, type: VariableType): Sourced<Value> | undefined {
    const read = this.value(attribute)
    if (read === undefined || read.value.kind === 'null') return undefined
    const value = convert(read.value, type)
    if (value !== undefined) return { value, origin: read.origin }
    const given = isScalar(read.value) ? `"${read.value.text}"` : formatKind(read.value.kind)
    this.fail(attribute, `"${attribute.name}" must be ${formatWanted(type)}, not ${given}`)
    return undefined
  }
}

const formatWanted = (type: VariableType): string =>
  typeof type === 'string' ? formatType(type) : `${formatType(type)} of texts`

/** Where the value of a member is written, when the whole object is. */
function memberOrigin(expression: Expression, name: string): Origin | undefined {
  if (expression.kind !== 'object') return undefined
  const member = expression.members.find(
    ({ key }) => key.kind === 'literal' && key.value.kind === 'string' && key.value.text === name,
  )
  return member?.value.origin
}
