/** A kind of resource: from one definition follow its routes, its rows of the endpoint table and its part of the state. */

import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import type { Labels } from '../domain.ts'
import { actions, type StoredAction, showAction } from './action-engine.ts'
import { readBody } from './body.ts'
import type { CloudContext, CloudEnv } from './context.ts'
import { notFound, notUnique } from './errors.ts'
import { LabelsInput } from './labels.ts'
import { pageResponse, type SortFields, selectByLabels, selectByParameter, sortItems } from './list.ts'
import type { NamedRow, Table } from './table.ts'

/** How much of an operation there is: all, or not what `partial` names. */
export type Coverage = 'full' | { readonly partial: string }

/** A kind of resource, as the cloud needs it. */
export interface Resource {
  /** In URLs: `ssh_keys`. */
  readonly path: string
  /** Operations, as the published document names them. */
  readonly coverage: Readonly<Record<string, Coverage>>
  readonly tables: readonly Table[]
  /** How long its actions take in the profile `realistic`, by command, in milliseconds. */
  readonly latencies: Readonly<Record<string, number>>
  routes(cloud: CloudContext): Hono<CloudEnv>
}

/** A request, as an operation sees it. */
export interface Call {
  readonly cloud: CloudContext
  readonly project: string
  readonly context: Context<CloudEnv>
  /** @throws ApiFault 400, 422 */
  readonly body: <T>(schema: v.GenericSchema<unknown, T>) => Promise<T>
}

type Answer = object | undefined | Promise<object | undefined>

export interface ResourceOptions<T extends { readonly id: number }> {
  readonly path: string
  /** The key of a single one: `ssh_key`. */
  readonly key: string
  /** What errors call it. */
  readonly title: string
  readonly table?: Table
  readonly latencies?: Readonly<Record<string, number>>
  /** What is left out, by operation; the others are there in full. */
  readonly partial?: Readonly<Record<string, string>>
  /** All that a project can see. */
  readonly all: (cloud: CloudContext, project: string) => readonly T[]
  /** As the API shows it. */
  readonly show: (item: T, cloud: CloudContext) => object
  /** What a list has without further parameters; all by default. */
  readonly listed?: (items: readonly T[], context: Context<CloudEnv>) => readonly T[]
  /** There for what has labels. */
  readonly labels?: (item: T) => Labels
  /** Parameters of the list, and what each is compared with. */
  readonly filters?: Readonly<Record<string, (item: T, cloud: CloudContext) => string | null>>
  readonly sort?: SortFields<T>
  /** `POST`: makes one; `more` is in the answer beside it. */
  readonly create?: (call: Call) => Promise<{ readonly made: T; readonly more?: object }>
  /** `PUT` */
  readonly update?: (item: T, call: Call) => Promise<void>
  /** `DELETE`; 204 without an answer. */
  readonly remove?: (item: T, call: Call) => Answer
  /** `POST /{id}/actions/...`; its actions can be listed, too. */
  readonly actions?: Readonly<Record<string, (item: T, call: Call) => object | Promise<object>>>
}

const ONE = '/:id{[0-9]+}'

/** Makes a kind of resource of its definition. */
export function defineResource<T extends { readonly id: number }>(options: ResourceOptions<T>): Resource {
  const { path, table, latencies = {}, partial = {} } = options
  return {
    path,
    latencies,
    tables: table === undefined ? [] : [table],
    coverage: { ...coverFully(options), ...mapValues(partial, (text) => ({ partial: text })) },
    routes: (cloud) => createRoutes(cloud, options),
  }
}

function createRoutes<T extends { readonly id: number }>(
  cloud: CloudContext,
  options: ResourceOptions<T>,
): Hono<CloudEnv> {
  const { path, key, title, all, show, create, update, remove } = options
  const toCall = (context: Context<CloudEnv>): Call => ({
    cloud,
    project: context.get('project'),
    context,
    body: (schema) => readBody(context, schema),
  })
  const find = (context: Context<CloudEnv>): T => {
    const id = context.req.param('id') ?? ''
    const item = all(cloud, context.get('project')).find((one) => String(one.id) === id)
    if (item === undefined) throw notFound(title, id)
    return item
  }
  const routes = new Hono<CloudEnv>()
  if (options.actions !== undefined) addActionLists(routes, cloud, key, find)
  routes.get('/', (context) => {
    const items = selectItems(context, cloud, options)
    return pageResponse(context, path, items, (item) => show(item, cloud))
  })
  routes.get(ONE, (context) => context.json({ [key]: show(find(context), cloud) }))
  if (create !== undefined) {
    routes.post('/', async (context) => {
      const { made, more } = await create(toCall(context))
      return context.json({ [key]: show(made, cloud), ...more }, 201)
    })
  }
  if (update !== undefined) {
    routes.put(ONE, async (context) => {
      const item = find(context)
      await update(item, toCall(context))
      cloud.store.touch()
      return context.json({ [key]: show(item, cloud) })
    })
  }
  if (remove !== undefined) {
    routes.delete(ONE, async (context) => {
      const answer = await remove(find(context), toCall(context))
      return answer === undefined ? context.body(null, 204) : context.json(answer)
    })
  }
  for (const [name, act] of Object.entries(options.actions ?? {})) {
    routes.post(`${ONE}/actions/${name}`, async (context) =>
      context.json(await act(find(context), toCall(context)), 201),
    )
  }
  return routes
}

function selectItems<T extends { readonly id: number }>(
  context: Context<CloudEnv>,
  cloud: CloudContext,
  { all, listed = (items) => items, labels, filters = {}, sort }: ResourceOptions<T>,
): readonly T[] {
  let items = listed(all(cloud, context.get('project')), context)
  if (labels !== undefined) items = selectByLabels(context, items, labels)
  for (const [name, read] of Object.entries(filters)) {
    items = selectByParameter(context, name, items, (item) => read(item, cloud))
  }
  return sort === undefined ? items : sortItems(context, items, sort)
}

/** `/servers/actions`, `/servers/{id}/actions` and single ones of both. */
function addActionLists(
  routes: Hono<CloudEnv>,
  cloud: CloudContext,
  type: string,
  find: (context: Context<CloudEnv>) => { readonly id: number },
): void {
  const ofType = (action: StoredAction) => action.resources.some((resource) => resource.type === type)
  const ofOne = (context: Context<CloudEnv>) => {
    const { id } = find(context)
    return (action: StoredAction) => action.resources.some((resource) => resource.type === type && resource.id === id)
  }
  routes
    .get('/actions', (context) => listActions(context, cloud, ofType))
    .get('/actions/:id{[0-9]+}', (context) => answerAction(context, cloud, context.req.param('id'), ofType))
    .get(`${ONE}/actions`, (context) => listActions(context, cloud, ofOne(context)))
    .get(`${ONE}/actions/:action_id{[0-9]+}`, (context) =>
      answerAction(context, cloud, context.req.param('action_id'), ofOne(context)),
    )
}

const SORT_ACTIONS: SortFields<StoredAction> = {
  id: ({ id }) => id,
  command: ({ command }) => command,
  status: ({ status }) => status,
  started: ({ started }) => started,
  finished: ({ finished }) => finished,
}

type ActionFilter = (action: StoredAction) => boolean

export function listActions(context: Context<CloudEnv>, cloud: CloudContext, filter: ActionFilter): Response {
  const now = cloud.options.clock.now()
  const all = actions.of(cloud.store, context.get('project')).filter(filter)
  const named = selectByParameter(context, 'id', all, ({ id }) => String(id))
  const selected = selectByParameter(context, 'status', named, ({ status }) => status)
  return pageResponse(context, 'actions', sortItems(context, selected, SORT_ACTIONS), (one) => showAction(one, now))
}

/** @throws ApiFault 404 */
export function answerAction(
  context: Context<CloudEnv>,
  cloud: CloudContext,
  id: string | undefined,
  filter: ActionFilter,
): Response {
  const action = actions.find(cloud.store, context.get('project'), id ?? '')
  if (action === undefined || !filter(action)) throw notFound('action', id ?? '')
  return context.json({ action: showAction(action, cloud.options.clock.now()) })
}

/** Every operation of a kind, as if each were there in full. */
function coverFully<T extends { readonly id: number }>(options: ResourceOptions<T>): Record<string, Coverage> {
  const { path, create, update, remove, actions: own } = options
  const one = `/${path}/{id}`
  const operations = [
    `GET /${path}`,
    ...(create === undefined ? [] : [`POST /${path}`]),
    `GET ${one}`,
    ...(update === undefined ? [] : [`PUT ${one}`]),
    ...(remove === undefined ? [] : [`DELETE ${one}`]),
    ...Object.keys(own ?? {}).map((name) => `POST ${one}/actions/${name}`),
    ...(own === undefined
      ? []
      : [`/${path}/actions`, `/${path}/actions/{id}`, `${one}/actions`, `${one}/actions/{action_id}`].map(
          (list) => `GET ${list}`,
        )),
  ]
  return Object.fromEntries(operations.map((operation) => [operation, 'full']))
}

const mapValues = <T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]))

/** Makes a kind of resource that is kept in a table, and has a name of its own and labels, which `PUT` changes. */
export function defineNamedResource<T extends NamedRow>(
  table: Table<T>,
  Name: v.GenericSchema<unknown, string>,
  options: Omit<ResourceOptions<T>, 'table' | 'title' | 'all' | 'labels' | 'update'> & {
    /** What `PUT` changes besides. */
    readonly updateMore?: (row: T, call: Call) => Promise<void>
  },
): Resource {
  const Update = v.object({ name: v.optional(Name), labels: v.optional(LabelsInput) })
  return defineResource({
    filters: { name: ({ name }) => name },
    sort: { id: ({ id }) => id, name: ({ name }) => name, created: ({ created }) => created },
    ...options,
    table,
    title: table.title,
    all: ({ store }, project) => table.of(store, project),
    labels: ({ labels }) => labels,
    async update(row, call) {
      const { cloud, body } = call
      const { name, labels } = await body(Update)
      if (name !== undefined && name !== row.name) requireUniqueName(table, cloud, row.project, name)
      row.name = name ?? row.name
      row.labels = labels ?? row.labels
      await options.updateMore?.(row, call)
    },
  })
}

/** @throws ApiFault 409 */
export function requireUniqueName(
  table: Table<NamedRow>,
  { store }: CloudContext,
  project: string,
  name: string,
): void {
  if (table.of(store, project).some((row) => row.name === name)) {
    throw notUnique('name', `${table.title} name is already used`)
  }
}
