/** `/ssh_keys` */

import { Hono } from 'hono'
import * as v from 'valibot'
import { readBody } from '../body.ts'
import type { StoredSshKey } from '../entities.ts'
import type { CloudContext, CloudEnv } from '../environment.ts'
import { invalidField, notFound, notUnique } from '../errors.ts'
import { formatSshKey } from '../formatters/ssh-key.ts'
import { LabelsInput } from '../labels.ts'
import { pageResponse, type SortFields, selectByLabels, selectByParameter, sortItems } from '../list.ts'
import { md5Fingerprint } from '../ssh-public-key.ts'
import { removeItem } from '../store.ts'

const Name = v.pipe(v.string('Not a valid string.'), v.trim(), v.nonEmpty('must not be empty'), v.maxLength(255))
const CreateInput = v.object({
  name: Name,
  public_key: v.string('Not a valid string.'),
  labels: v.optional(LabelsInput, {}),
})
const UpdateInput = v.object({ name: v.optional(Name), labels: v.optional(LabelsInput) })

const SORT: SortFields<StoredSshKey> = { id: (key) => key.id, name: (key) => key.name }

export function sshKeyRoutes({ options, store }: CloudContext): Hono<CloudEnv> {
  const keysOf = (project: string) => store.state.sshKeys.filter((key) => key.project === project)

  function requireKey(project: string, id: string): StoredSshKey {
    const key = keysOf(project).find((candidate) => String(candidate.id) === id)
    if (key === undefined) throw notFound('SSH key', id)
    return key
  }

  function requireUniqueName(project: string, name: string): void {
    if (keysOf(project).some((key) => key.name === name)) throw notUnique('name', 'SSH key name is already used')
  }

  return new Hono<CloudEnv>()
    .get('/', (context) => {
      const labelled = selectByLabels(context, keysOf(context.get('project')))
      const named = selectByParameter(context, 'name', labelled, (key) => key.name)
      const selected = selectByParameter(context, 'fingerprint', named, (key) => key.fingerprint)
      return pageResponse(context, 'ssh_keys', sortItems(context, selected, SORT), formatSshKey)
    })
    .post('/', async (context) => {
      const project = context.get('project')
      const input = await readBody(context, CreateInput)
      const fingerprint = md5Fingerprint(input.public_key)
      if (fingerprint === undefined) throw invalidField('public_key', 'SSH key is invalid')
      requireUniqueName(project, input.name)
      if (keysOf(project).some((key) => key.fingerprint === fingerprint)) {
        throw notUnique('public_key', 'SSH key with the same fingerprint already exists')
      }
      const key: StoredSshKey = {
        id: store.nextId('sshKey'),
        project,
        name: input.name,
        fingerprint,
        publicKey: input.public_key.trim(),
        labels: input.labels,
        created: options.clock.now(),
      }
      store.state.sshKeys.push(key)
      store.touch()
      return context.json({ ssh_key: formatSshKey(key) }, 201)
    })
    .get('/:id{[0-9]+}', (context) =>
      context.json({ ssh_key: formatSshKey(requireKey(context.get('project'), context.req.param('id'))) }),
    )
    .put('/:id{[0-9]+}', async (context) => {
      const project = context.get('project')
      const key = requireKey(project, context.req.param('id'))
      const input = await readBody(context, UpdateInput)
      if (input.name !== undefined && input.name !== key.name) requireUniqueName(project, input.name)
      key.name = input.name ?? key.name
      key.labels = input.labels ?? key.labels
      store.touch()
      return context.json({ ssh_key: formatSshKey(key) })
    })
    .delete('/:id{[0-9]+}', (context) => {
      const key = requireKey(context.get('project'), context.req.param('id'))
      removeItem(store.state.sshKeys, key)
      store.touch()
      return context.body(null, 204)
    })
}
