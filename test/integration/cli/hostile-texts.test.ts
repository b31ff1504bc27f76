/** Texts of others, on their way through every command to a terminal and to the runner of GitHub Actions. */

import { Readable } from 'node:stream'
import type { Intercept } from 'hcloud-sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.ts'
import type { Io } from '../../../src/cli/io.ts'
import { createProgram } from '../../../src/cli/program.ts'
import { safeOutput } from '../../../src/cli/safe-output.ts'
import { showError } from '../../../src/cli/show-problem.ts'
import { TalosImageError } from '../../../src/errors.ts'
import { createHetznerClient } from '../../../src/hetzner/client.ts'
import type { Action } from '../../../src/hetzner/wire.ts'
import { RUN_LABEL } from '../../../src/plan/labels.ts'
import { escapeControls, withoutCommands } from '../../../src/util/printable.ts'
import { createProject, type Project } from '../../support/project.ts'
import { createWorkspace, type Workspace } from '../../support/workspace.ts'
import { testIo } from '../../unit/cli/fixture.ts'

const MARK = 'EVIL'
/** The clipboard, the title, a cleared screen, a line that reads backwards, forged lines, commands to a runner. */
const HOSTILE = `${MARK}\u001b]52;c;eA==\u0007\u001b[2J\u009b31m\u202e\rdone: snapshot 1\n::stop-commands::x\n##[add-mask]a\u2028b`

/** Texts that people who use the same project, or run the API, may choose. */
const FREE = new Set(['description', 'message', 'author', 'ref', 'city'])

function poison(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => poison(one, key))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, one]): [string, unknown] => [name, poison(one, name)])
    if (key === 'labels') entries.push([`evil${HOSTILE}`, HOSTILE], ['role', HOSTILE])
    return Object.fromEntries(entries)
  }
  return typeof value === 'string' && FREE.has(key) ? `${value} ${HOSTILE}` : value
}

async function poisonAnswer(answer: Response): Promise<Response> {
  const text = await answer.text()
  if (!/^\s*[{[]/.test(text)) return new Response(text || null, answer)
  return new Response(JSON.stringify(poison(JSON.parse(text))), { status: answer.status })
}

let isPoisoned = false
let refusal: RegExp | undefined
const intercept: Intercept = async ({ method, path }, answer) => {
  if (refusal?.test(`${method} ${path}`)) {
    // Another refusal of a deletion would be tried again for half an hour.
    const [status, code] = method === 'DELETE' ? [423, 'protected'] : [403, 'forbidden']
    return Response.json({ error: { code, message: HOSTILE, details: null } }, { status })
  }
  return isPoisoned ? poisonAnswer(await answer()) : undefined
}

let project: Project
let workspace: Workspace
let snapshots: readonly string[] = []

beforeAll(async () => {
  const failed = [{ image: 'x86', error: { code: 'api', message: HOSTILE, hint: HOSTILE } }]
  const result = { run: null, talosVersion: 'v1.12.2', snapshots: [], failed, leftovers: [] }
  workspace = await createWorkspace({ 'hostile.json': JSON.stringify(result) })
  project = await createProject({
    machines: 'none',
    intercept,
    interceptFactory: async ({ url }, answer) =>
      !isPoisoned || url.includes('/image/') ? undefined : poisonAnswer(await answer()),
  })
  snapshots = await addSnapshots()
  isPoisoned = true
})
afterAll(async () => {
  isPoisoned = false
  await project.close()
  await workspace[Symbol.asyncDispose]()
})

/** Two published snapshots, and a server that a run has left behind. */
async function addSnapshots(): Promise<readonly string[]> {
  const hetzner = createHetznerClient({ token: project.token, endpoint: project.endpoint })
  const wait = (action: Action): Promise<void> =>
    hetzner.actions.wait(action, { signal: new AbortController().signal, timeoutMs: 30_000, name: 'a test' })
  const { server, actions = [] } = await hetzner.servers.create({
    ...{ name: 'left', serverType: 'cx23', location: 'fsn1', image: 'debian-13', sshKeyIds: [] },
    labels: { 'talos-image/run': 'abcd2345', 'talos-image/lease': '1700000000' },
  })
  for (const action of actions) await wait(action)
  const ids: string[] = []
  for (const version of ['v1.11.1', 'v1.12.2']) {
    const made = await hetzner.servers.createSnapshot(server.id, {
      description: `Talos Linux ${version} x86 by hcloud-talos`,
      labels: {
        os: 'talos',
        arch: 'x86',
        version,
        creator: 'hcloud-talos',
        type: 'infra',
        [RUN_LABEL]: 'abcd2346',
      },
    })
    await wait(made.action)
    ids.push(String(made.image.id))
  }
  return ids
}

/** What a command prints before the last check of it, and what it tells a runner. */
async function run(words: readonly string[], change: Partial<Io> = {}) {
  const commands: string[] = []
  const io = testIo({
    cwd: workspace.root,
    env: { ...project.env, ...change.env },
    command: (text) => commands.push(text),
    ...(change.stdin === undefined ? {} : { stdin: change.stdin }),
  })
  try {
    await (await createProgram(io, () => undefined, words)).parseAsync([...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof TalosImageError)) throw error
    for (const problem of error.problems) showError(io, problem)
  }
  const [results, printed] = [io.results.join(''), [...io.results, ...io.errors].join('')]
  return { results, printed, commands: commands.join('') }
}

/** Whether it holds nothing that a terminal obeys, beside line breaks and tabs. */
function expectHarmless(text: string): void {
  expect(escapeControls(text)).toBe(text)
  // A line break of others would let them write lines that look like those of the tool.
  expect(text).not.toMatch(/^\s*done: snapshot 1$/m)
}

const QUERY = JSON.stringify({ architecture: 'x86', selector: 'os=talos' })

interface Case {
  readonly words: () => readonly string[]
  /** Requests that are refused in hostile words. */
  readonly refused?: RegExp
  readonly stdin?: string
  /** There is nothing hostile to be shown. */
  readonly isClean?: true
}

const [FIRST, BOTH] = [() => [snapshots[0] ?? ''], () => snapshots]

const CASES: Readonly<Record<string, Case>> = {
  list: { words: () => ['list'] },
  'list --wide': { words: () => ['list', '--wide'] },
  show: { words: () => ['show', ...FIRST()] },
  select: { words: () => ['select', 'os=talos', '--arch', 'x86'] },
  outdated: { words: () => ['outdated'] },
  versions: { words: () => ['versions'], isClean: true },
  extensions: { words: () => ['extensions', 'v1.12.2'] },
  external: { words: () => ['external'], stdin: QUERY },
  doctor: {
    words: () => ['doctor'],
    refused: /^GET \/v1\/(?:images|pricing|server_types)|^GET \/(?:images|pricing|server_types)/,
  },
  plan: { words: () => ['plan', '--arch', 'x86'], isClean: true },
  'plan that is refused': { words: () => ['plan'], refused: /server_types/ },
  'build --dry-run': { words: () => ['build', '--dry-run', '--arch', 'x86'], isClean: true },
  'build that is refused': { words: () => ['build', '--arch', 'x86', '--ssh-port', '2222'], refused: /^POST/ },
  'protect that is refused': { words: () => ['protect', ...BOTH()], refused: /^POST/ },
  unprotect: { words: () => ['unprotect', ...BOTH()], refused: /^POST/ },
  'boot-test that is refused': { words: () => ['boot-test', ...FIRST(), '--location', 'fsn1'], refused: /^POST/ },
  'merge-results': { words: () => ['merge-results', 'hostile.json'] },
  'packer build that is refused': { words: () => ['packer', 'build', '-color=false', '_packer'], refused: /^POST/ },
  prune: { words: () => ['prune', '--keep', '1'] },
  'prune that is refused': { words: () => ['prune', '--yes', '--keep', '1'], refused: /^DELETE/ },
  'delete that is refused': { words: () => ['delete', '--yes', ...BOTH()], refused: /^DELETE/ },
  cleanup: { words: () => ['cleanup'], isClean: true },
  'cleanup that is refused': { words: () => ['cleanup', '--yes', '--run', 'abcd2345'], refused: /^DELETE/ },
  'init, where an extension is missing': {
    words: () => ['init', 'new', '--yes', '--extension', 'iscsi-tool'],
    isClean: true,
  },
  'schematic push': { words: () => ['schematic', 'push', '_packer/schematic.yaml'], isClean: true },
}

/** These print nothing that others wrote. */
const ALONE = ['sandbox', 'completion']

test('every command has a case', () => {
  const tried = new Set(Object.values(CASES).map(({ words }) => words()[0]))
  expect(Object.keys(COMMANDS).filter((name) => !tried.has(name))).toEqual(ALONE)
})

describe.each(Object.entries(CASES))('%s', (_, { words, refused, stdin, isClean = false }) => {
  const start = (form: string, env: Io['env'] = {}) => {
    refusal = refused
    const more = form === 'text' || words()[0] === 'external' ? [] : ['--output', form]
    return run([...words(), ...more], { env, ...(stdin === undefined ? {} : { stdin: Readable.from([stdin]) }) })
  }

  test('shows a terminal what others wrote, which does nothing', async () => {
    const { printed } = await start('text')
    expectHarmless(printed)
    if (!isClean) expect(printed).toContain(MARK)
  })

  test('shows a runner no command but those of the tool', async () => {
    const { printed, commands } = await start('text', { GITHUB_ACTIONS: 'true' })
    expectHarmless(printed + commands)
    expect(withoutCommands(safeOutput(printed, { colors: false, isRunner: true }))).not.toMatch(/^\s*::|##\[/m)
    expect(commands.replaceAll(/^::(?:error|warning|group|endgroup)\b.*$/gm, '')).not.toMatch(/^\s*::|##\[/m)
    if (!isClean) expect(printed + commands).toContain(MARK)
  })

  // Packer has other forms.
  test.each(words()[0] === 'packer' ? [] : ['json', 'yaml'])(
    'as %s shows it exactly, in characters that do nothing',
    async (form) => {
      const { results, printed } = await start(form)
      expectHarmless(printed)
      expect(withoutCommands(results)).toBe(results)
    },
  )
})
