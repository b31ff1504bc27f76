/**
 * What a resource, a data source or the provider is made of, as one table of attributes: Terraform's schema, the coding of
 * values, the pages of the registry and the TypeScript types of configurations and states follow from it.
 */

/** The value of what is known only when the plan is applied. */
export const UNKNOWN: unique symbol = Symbol('known after apply')
export type Unknown = typeof UNKNOWN

/** A value of Terraform's, whole: nothing in it is open. `null` is what is not set. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value }
/** The same, where any part may be open. */
export type OpenValue =
  | Unknown
  | null
  | boolean
  | number
  | string
  | readonly OpenValue[]
  | { readonly [name: string]: OpenValue }

/** Types as Terraform has them. `dynamic` is any value, of whatever type the user wrote. */
export type AttributeType =
  | 'string'
  | 'number'
  | 'bool'
  | 'dynamic'
  | { readonly list: AttributeType }
  | { readonly set: AttributeType }
  | { readonly map: AttributeType }
  /** Attributes with details of their own: `timeouts = { create = "1h" }`. */
  | { readonly object: Attributes }

export interface Attribute {
  readonly type: AttributeType
  /** Who sets it: the user must, the user may, the provider does, or the provider does unless the user did. */
  readonly set: 'required' | 'optional' | 'computed' | 'optional-computed'
  /** Markdown, for the registry's pages and editors. */
  readonly description: string
  /** Whether its value is never shown. */
  readonly sensitive?: boolean
  /** What to use in its place, when it should no longer be used. */
  readonly deprecated?: string
  /** Whether another value makes another resource of it. */
  readonly replaces?: boolean
}

export type Attributes = { readonly [name: string]: Attribute }

type ValueOfType<Type, Open> = Type extends 'string'
  ? string
  : Type extends 'number'
    ? number
    : Type extends 'bool'
      ? boolean
      : Type extends { list: infer Element } | { set: infer Element }
        ? readonly (ValueOfType<Element, Open> | Open)[]
        : Type extends { map: infer Element }
          ? { readonly [key: string]: ValueOfType<Element, Open> | Open }
          : Type extends { object: infer Inner }
            ? Values<Inner, Open>
            : AnyValue<Open>

type AnyValue<Open> = [Open] extends [never] ? Value : OpenValue

/** Of any attributes, any values. */
type Values<All, Open> = {
  readonly [Name in keyof All]: All[Name] extends { type: infer Type; set: infer Set }
    ? [AttributeType] extends [Type]
      ? AnyValue<Open>
      : ValueOfType<Type, Open> | Open | (Set extends 'required' ? never : null)
    : never
}

/** All attributes of something that exists, as it is stored. */
export type State<All> = Values<All, never>
/** All attributes, as the user wrote or Terraform proposed them; any may be {@link UNKNOWN}. */
export type Open<All> = Values<All, Unknown>

/** Declares a table of attributes; its words keep their types. */
export const defineAttributes = <const All extends Attributes>(attributes: All): All => attributes
