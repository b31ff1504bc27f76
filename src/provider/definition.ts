/** What a provider is, without the protocol by which Terraform talks to it. */

import type { Attributes, Open, State } from './schema.ts'

/** Names of attributes; of lists and sets the index, of maps the key. Empty: the resource as a whole. */
export type Path = readonly (string | number)[]

/** What is wrong, or worth a warning, and at which attribute. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** One line. */
  readonly summary: string
  /** What else there is to know, and what to do. */
  readonly detail?: string
  readonly path?: Path
}

/** Several at once. They are errors or warnings; Terraform stops when there is an error among them. */
export class DiagnosticsError extends Error {
  override readonly name = 'DiagnosticsError'
  readonly diagnostics: readonly Diagnostic[]

  /** @param diagnostics at least one of them an error */
  constructor(diagnostics: readonly Diagnostic[], options?: ErrorOptions) {
    super(diagnostics.map(({ summary }) => summary).join('\n'), options)
    this.diagnostics = diagnostics
  }
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const

/** Writes a line that TF_LOG shows. Secrets that are registered (`util/redact.ts`) are taken out. */
export type Log = (
  level: (typeof LOG_LEVELS)[number],
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void

/** What all calls of one run of Terraform get. */
export interface Context<Provider = unknown> {
  /** Aborted when the user interrupts Terraform. What was begun is cleaned up before a call ends: Terraform waits for it. */
  readonly signal: AbortSignal
  readonly log: Log
  /** What {@link ProviderDefinition.configure} gave. */
  readonly provider: Provider
}

/** Something that exists, or what is left of it. */
export interface Outcome<All> {
  /** null: it does not exist, or no longer. */
  readonly state: State<All> | null
  /** With an error beside a state, Terraform keeps the state; a resource that was being created is replaced next time. */
  readonly diagnostics?: readonly Diagnostic[]
}

export interface Planned<All> {
  readonly planned: Open<All>
  /** What makes another resource of it, beside the changed attributes that the table says `replaces` of. */
  readonly replace?: readonly Path[]
  readonly diagnostics?: readonly Diagnostic[]
  /** What `create` is to get, beside what is planned; users do not see it. */
  readonly expected?: string
}

/*
 * In all of these, an error that is thrown is shown to the user: DiagnosticsError as it is, TalosImageError with all of its
 * problems, and any other as a defect. What existed before the call is then kept as it was in the state.
 * Methods, not properties: their parameters may be narrower than those of a definition with any attributes.
 */

export interface ResourceDefinition<All = Attributes, Provider = unknown> {
  /** What follows the provider's name: `snapshot`. */
  readonly name: string
  /** Markdown. */
  readonly description: string
  readonly attributes: All
  /** The version of what is stored. */
  readonly version: number
  /** Without any look-up: the provider is not configured yet. What is open is checked later, in the plan. */
  validate?(config: Open<All>): Promise<readonly Diagnostic[]>
  /** Brings a stored state of an earlier version up to date. Attributes that are missing afterwards are null. */
  upgrade?(version: number, stored: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
  /** Looks how it is now; null when it is gone. */
  read(state: State<All>, context: Context<Provider>): Promise<Outcome<All>>
  /**
   * What will be. Without it, what is proposed.
   * @param request.prior null when it will be created, also as the replacement of another
   * @param request.proposed what the user wrote, and otherwise what is there; what the provider sets is UNKNOWN when `prior` is null
   */
  plan?(
    request: { readonly config: Open<All>; readonly prior: State<All> | null; readonly proposed: Open<All> },
    context: Context<Provider>,
  ): Promise<Planned<All>>
  /** What there is to say before it is deleted, also by its replacement. An error refuses it. */
  planDelete?(prior: State<All>, context: Context<Provider>): Promise<readonly Diagnostic[]>
  create(
    request: { readonly config: State<All>; readonly planned: Open<All>; readonly expected: string },
    context: Context<Provider>,
  ): Promise<Outcome<All>>
  update(
    request: { readonly config: State<All>; readonly prior: State<All>; readonly planned: Open<All> },
    context: Context<Provider>,
  ): Promise<Outcome<All>>
  /** It is gone when this ends without an error; what is gone already is no error. */
  delete(prior: State<All>, context: Context<Provider>): Promise<readonly Diagnostic[]>
  /** The state of an existing one, by its ID as `terraform import` takes it; Terraform reads it next. */
  import?(id: string, context: Context<Provider>): Promise<Outcome<All>>
}

export interface DataSourceDefinition<All = Attributes, Provider = unknown> {
  /** What follows the provider's name: `versions`. */
  readonly name: string
  /** Markdown. */
  readonly description: string
  readonly attributes: All
  /** Without any look-up: the provider is not configured yet. */
  validate?(config: Open<All>): Promise<readonly Diagnostic[]>
  /** Terraform reads it when all of the configuration is known. */
  read(config: State<All>, context: Context<Provider>): Promise<Outcome<All>>
}

export interface ProviderDefinition<All = Attributes, Provider = unknown> {
  /** What the names of its resources begin with. */
  readonly name: string
  /** Markdown. */
  readonly description: string
  readonly attributes: All
  readonly resources: readonly ResourceDefinition<Attributes, Provider>[]
  readonly dataSources: readonly DataSourceDefinition<Attributes, Provider>[]
  validate?(config: Open<All>): Promise<readonly Diagnostic[]>
  /**
   * What all calls share. Values may be UNKNOWN in a plan.
   * @param env the environment that Terraform was started in
   */
  configure(
    config: Open<All>,
    context: Omit<Context, 'provider'> & { readonly env: Readonly<Record<string, string | undefined>> },
  ): Promise<{ readonly provider: Provider; readonly diagnostics?: readonly Diagnostic[] }>
  /** Ends what `configure` began. Terraform waits no longer than 2 s for it. */
  close?(provider: Provider): Promise<void>
}
