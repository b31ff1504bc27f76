/** Terraform itself, with our provider, and with a toy that has attributes of every kind: what the protocol is judged by. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../src/provider/protocol/log.ts'
import { serveProvider } from '../../src/provider/protocol/serve.ts'
import { SOURCE } from '../../src/provider/provider.ts'
import type { RunningCommand } from '../support/command.ts'
import { missing, named } from '../support/programs.ts'
import { createProject } from '../support/project.ts'
import { prepareTerraform, REQUIRED_PROVIDERS, type Terraform } from '../support/terraform.ts'
import { createToy, type ToyOptions } from '../support/toy-provider.ts'
import { createWorkspace, type Workspace } from '../support/workspace.ts'

const WHY_NOT = missing('terraform')

let workspace: Workspace
beforeEach(async () => {
  workspace = await createWorkspace()
})
afterEach(() => workspace[Symbol.asyncDispose]())

describe.skipIf(WHY_NOT !== undefined)(named('our provider', WHY_NOT), () => {
  it('is installed from a mirror, and tells its schema', async () => {
    const { write, ok, fails } = await prepareTerraform(workspace)
    await write('main.tf', `${REQUIRED_PROVIDERS}\nprovider "talosimage" {}\n`)
    expect(await ok('init')).toContain(`Installed ${SOURCE}`)
    await ok('validate')
    const { provider_schemas: schemas } = JSON.parse(await ok('providers', 'schema', '-json'))
    const [schema] = Object.entries(schemas)
    expect(schema).toEqual([
      expect.stringMatching(`/${SOURCE}$`),
      expect.objectContaining({ provider: expect.anything() }),
    ])
    await write('wrong.tf', 'resource "talosimage_nothing" "x" {}\n')
    expect(await fails('validate')).toContain('does not support resource type "talosimage_nothing"')
  })

  const BUILD = `
provider "talosimage" {}

resource "talosimage_snapshot" "never" {
  talos_version = "v1.12.2"
  architecture  = "x86"
}
`

  it.each([
    ['is killed', (apply: RunningCommand) => apply.kill('SIGKILL')],
    ['is interrupted twice', (apply: RunningCommand) => void apply.insist()],
  ])('removes what it has made when Terraform %s', async (_, end) => {
    await using project = await createProject({ faults: [{ subject: 'ssh', effect: 'refuse' }] })
    const env = { ...project.env, TALOS_IMAGE_SSH_PORT: String(project.sshPort), TF_LOG_PROVIDER: 'DEBUG' }
    const { write, ok, start } = await prepareTerraform(workspace, env)
    await write('main.tf', `${REQUIRED_PROVIDERS}${BUILD}`)
    await ok('init')
    await using apply = start('apply', '-auto-approve')
    // It has begun to try SSH.
    await expect.poll(() => project.changes().filter((change) => change.endsWith('/poweron'))).toHaveLength(1)
    end(apply)
    const { code, stderr } = await apply.result
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/\[DEBUG\] provider\.terraform-provider-talosimage\S*: api: .*path=\/servers/)
    await expect.poll(() => project.remains()).toEqual([])
    expect(project.changes().filter((change) => /^DELETE/.test(change))).toHaveLength(2)
  })
})

describe.skipIf(WHY_NOT !== undefined)(named('a provider of any kind', WHY_NOT), () => {
  /** Serves a toy in this process, as for a debugger, and prepares a Terraform that finds it. */
  async function prepareToy(options?: ToyOptions): Promise<Terraform & AsyncDisposable> {
    const stop = new AbortController()
    let found: (variable: string) => void
    const printed = new Promise<string>((resolve) => {
      found = resolve
    })
    const served = serveProvider({
      definition: createToy(options),
      env: {},
      platform: process.platform,
      print: (line) => found(line),
      log: createLog(() => undefined),
      signal: stop.signal,
      debug: { source: SOURCE, pid: process.pid },
    })
    const [, value = ''] = /^TF_REATTACH_PROVIDERS='(.*)'\n$/.exec(await printed) ?? []
    const terraform = await prepareTerraform(workspace, { TF_REATTACH_PROVIDERS: value })
    await terraform.write('provider.tf', `${REQUIRED_PROVIDERS}\nprovider "talosimage" {\n  prefix = "id-"\n}\n`)
    await terraform.ok('init')
    return {
      ...terraform,
      async [Symbol.asyncDispose]() {
        stop.abort()
        await served
      },
    }
  }

  const RICH = `
resource "talosimage_thing" "rich" {
  name     = "rich"
  size     = 0.1
  secret   = "hidden-value"
  labels   = { a = "1", b = "zwei" }
  tags     = ["y", "x", "y"]
  document = { list = [1, true, null], text = "t" }
  timeouts = { create = "1h" }
  parts    = [{ kind = "head" }, { kind = "tail" }]
}
`

  it('keeps values of every kind, and finds nothing to change afterwards', async () => {
    await using toy = await prepareToy()
    await toy.write('main.tf', RICH)
    const planned = await toy.ok('apply', '-auto-approve')
    expect(planned).not.toContain('hidden-value')
    expect((await toy.values())['talosimage_thing.rich']).toEqual({
      id: 'id-rich',
      name: 'rich',
      size: 0.1,
      secret: 'hidden-value',
      old: null,
      labels: { a: '1', b: 'zwei' },
      tags: ['x', 'y'],
      document: { list: [1, true, null], text: 't' },
      zone: 'here',
      timeouts: { create: '1h' },
      parts: [{ kind: 'head' }, { kind: 'tail' }],
      revision: 1,
    })
    expect(await toy.ok('plan', '-detailed-exitcode')).toContain('No changes.')
  })

  const VALUES = `
variable "labels" {
  type    = map(string)
  default = { a = "b" }
}

variable "nothing" {
  type    = string
  default = null
}

resource "talosimage_thing" "first" {
  name     = "first"
  document = var.labels
}

# What is known only when the first one is there: a whole value, a part of one, and one of a type.
resource "talosimage_thing" "second" {
  name     = "after-\${talosimage_thing.first.id}"
  size     = talosimage_thing.first.revision
  labels   = { zone = talosimage_thing.first.zone }
  document = talosimage_thing.first.id
  parts    = [{ kind = talosimage_thing.first.zone }]
}

resource "talosimage_thing" "third" {
  name     = "third"
  document = var.nothing
}

data "talosimage_echo" "second" {
  input = [talosimage_thing.second.labels, 9007199254740991, -0.5]
}
`

  it('plans with values that are not known, and keeps the types of those of any type', async () => {
    await using toy = await prepareToy()
    await toy.write('main.tf', VALUES)
    expect(await toy.ok('plan')).toMatch(/\+ name += \(known after apply\)/)
    await toy.ok('apply', '-auto-approve')
    const values = await toy.values()
    expect(values['talosimage_thing.second']).toMatchObject({
      name: 'after-id-first',
      size: 1,
      labels: { zone: 'here' },
      document: 'id-first',
      parts: [{ kind: 'here' }],
    })
    expect(values['data.talosimage_echo.second']).toMatchObject({ output: [{ zone: 'here' }, 9007199254740991, -0.5] })
    expect(await toy.ok('plan', '-detailed-exitcode')).toContain('No changes.')
  })

  const thing = (name: string, rest = ''): string =>
    `resource "talosimage_thing" "one" {\n  name = "${name}"\n${rest}}\n`

  it('changes in place, replaces, finds what was changed elsewhere, imports and deletes', async () => {
    const things: ToyOptions['things'] = new Map()
    await using toy = await prepareToy({ things })
    await toy.write('main.tf', thing('a'))
    await toy.ok('apply', '-auto-approve')
    await toy.write('main.tf', thing('a', '  size = 2\n'))
    const changed = await toy.ok('apply', '-auto-approve')
    expect(changed).toContain('0 added, 1 changed, 0 destroyed')
    expect(changed).toContain('Warning: it was changed')
    await toy.write('main.tf', thing('b', '  size = 2\n'))
    const replaced = await toy.ok('apply', '-auto-approve')
    expect(replaced).toMatch(/~ name += "a" -> "b" # forces replacement/)
    expect([...things.keys()]).toEqual(['id-b'])
    await toy.write('main.tf', thing('b', '  size = 13\n'))
    expect(await toy.fails('apply', '-auto-approve')).toContain(
      'Error: 13 is no size with talosimage_thing.one, on main.tf line 3',
    )
    await toy.write('main.tf', thing('b', '  size = -1\n'))
    expect(await toy.fails('validate')).toContain(
      'Error: size is negative with talosimage_thing.one, on main.tf line 3',
    )

    await toy.write('main.tf', thing('b', '  size = 2\n'))
    const [[id, state] = []] = things
    if (id !== undefined && state !== undefined) things.set(id, { ...state, zone: 'moved', size: 7 })
    expect(await toy.ok('plan')).toMatch(/~ size += 7 -> 2/)
    await toy.ok('state', 'rm', 'talosimage_thing.one')
    await toy.ok('import', 'talosimage_thing.one', 'id-b')
    expect((await toy.values())['talosimage_thing.one']).toMatchObject({ zone: 'moved', size: 7 })
    things.clear()
    expect(await toy.ok('plan')).toContain('1 to add, 0 to change, 0 to destroy')
    await toy.write('main.tf', thing('c', '  old = true\n'))
    expect(await toy.ok('apply', '-auto-approve')).toContain('Warning: old is deprecated')
    expect(await toy.fails('destroy', '-auto-approve')).toContain('Error: c is in use')
    await toy.write('main.tf', thing('c'))
    await toy.ok('apply', '-auto-approve')
    await toy.ok('destroy', '-auto-approve')
    expect(things.size).toBe(0)
  })

  it('is told of an interruption, does several things at once, and is waited for', async () => {
    const names: string[] = []
    await using toy = await prepareToy({
      async create({ signal }) {
        names.push('begun')
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        names.push('cleaned up')
        throw signal.reason
      },
    })
    await toy.write('main.tf', `resource "talosimage_thing" "many" {\n  count = 3\n  name  = "n\${count.index}"\n}\n`)
    await using apply = toy.start('apply', '-auto-approve')
    await expect.poll(() => names).toEqual(['begun', 'begun', 'begun'])
    apply.interrupt()
    const { code, stdout, stderr } = await apply.result
    expect(code).toBe(1)
    expect(names.slice(3)).toEqual(['cleaned up', 'cleaned up', 'cleaned up'])
    expect(stdout).toContain('Stopping operation...')
    expect(stderr.match(/Error: interrupted/g)).toHaveLength(3)
    expect(await toy.values()).toEqual({})
  })
})
