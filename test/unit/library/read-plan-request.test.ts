import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatOrigin, ProblemsError } from '../../../src/errors.ts'
import { type PlanRequestOptions, readPlanRequest } from '../../../src/library/read-plan-request.ts'
import { PLAIN_SERVER } from '../../../src/plan/server-settings.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'talos-image-request-'))
  await writeFile(
    join(directory, 'my.auto.pkrvars.json'),
    JSON.stringify({ talos_version: 'v1.11.0', server_location: 'nbg1' }),
  )
  await writeFile(join(directory, 'schematic-worker.yaml'), 'customization: {}\n')
  await writeFile(join(directory, 'mine.yaml'), 'customization:\n  extraKernelArgs: [quiet]\n')
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function problemsOf(options: PlanRequestOptions) {
  const error = await readPlanRequest(options).catch((thrown: unknown) => thrown)
  if (!(error instanceof ProblemsError)) throw new Error(`no problems, but ${JSON.stringify(error)}`)
  return error.problems
}

describe('readPlanRequest', () => {
  it('needs nothing', async () => {
    const { variables, ...rest } = await readPlanRequest()
    expect(variables.talosVersion).toEqual({ value: 'v1.12.2', origin: { kind: 'default' } })
    expect(rest).toEqual({
      architectures: ['arm', 'x86'],
      roles: [undefined],
      evenInUse: false,
      roleSchematics: new Map(),
      schematic: undefined,
      localImage: undefined,
      sha256: {},
      force: false,
      bootTest: false,
      noFallback: false,
      allowBiggerDisk: false,
      server: PLAIN_SERVER,
      inputs: { directory: null, templates: [], varFiles: [], settings: null, schematics: [] },
    })
  })

  it('takes variables over those of files, and the environment only when it is given', async () => {
    const variables = { talos_version: 'v1.13.1' }
    const env = { PKR_VAR_server_type_x86: 'cx33', PKR_VAR_server_location: 'hel1' }
    const request = await readPlanRequest({ directory, variables, env })
    expect(request.variables.talosVersion.value).toBe('v1.13.1')
    expect(request.variables.location.value).toBe('nbg1')
    expect(request.variables.serverTypes.x86.value).toBe('cx33')
    expect((await readPlanRequest({ directory })).variables.serverTypes.x86.value).toBe('cx23')
  })

  it('reads the schematics that are asked for, and counts paths from `cwd`', async () => {
    const roles = await readPlanRequest({ cwd: directory, directory: '.', roles: ['worker', 'worker'] })
    expect(roles.roles).toEqual(['worker'])
    expect(roles.roleSchematics.get('worker')?.file).toBe('schematic-worker.yaml')
    const { schematic } = await readPlanRequest({ cwd: directory, schematicFile: 'mine.yaml' })
    expect(schematic?.parsed.schematic.customization.extraKernelArgs).toEqual(['quiet'])
    const here = relative(process.cwd(), directory)
    expect((await readPlanRequest({ schematicFile: join(here, 'mine.yaml') })).schematic?.parsed).toEqual(
      schematic?.parsed,
    )
  })

  it('passes on what decides where and whether it is built', async () => {
    const sha256 = { arm: 'a'.repeat(64) }
    const options = { architectures: ['arm'], sha256, force: true, fallback: false, allowBiggerDisk: true } as const
    expect(await readPlanRequest(options)).toMatchObject({
      ...{ architectures: ['arm'], sha256, force: true, noFallback: true, allowBiggerDisk: true },
    })
    expect((await readPlanRequest({ architectures: ['arm'], imageFile: '-' })).localImage).toEqual({ kind: 'stdin' })
  })

  it('says everything that is wrong at once, each where it stands', async () => {
    const problems = await problemsOf({
      directory,
      variables: { talos_versoin: 'v1.13.1' },
      roles: ['control-plane', 'worker'],
      schematicFile: join(directory, 'none.yaml'),
    })
    const said = problems.map(({ code, at }) => `${code} ${formatOrigin(at)}`)
    expect(said.toSorted()).toEqual([
      'config -var talos_versoin',
      `schematic ${join(directory, 'none.yaml')}`,
      `schematic ${join(directory, 'schematic-control-plane.yaml')}`,
      'usage ',
    ])
  })

  it('builds every role that has a schematic', async () => {
    expect((await readPlanRequest({ directory, roles: 'every' })).roles).toEqual(['worker'])
  })

  it.each<[string, PlanRequestOptions, string]>([
    ['no architecture', { architectures: [] }, 'architectures names no architecture to build for'],
    [
      'roles without a directory',
      { roles: ['worker'] },
      'there is no schematic-worker.yaml, since there is no directory to read it from',
    ],
    [
      'a name that cannot be that of a role',
      { imageFile: '-', architectures: ['arm'], roles: ['GPU'] },
      '"GPU" cannot be',
    ],
    ['a pin that is none', { sha256: { x86: 'A'.repeat(63) } }, `sha256: "${'A'.repeat(63)}" is not a SHA-256`],
  ])('refuses %s', async (_, options, message) => {
    const [first, ...rest] = await problemsOf(options)
    expect(first).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/./),
    })
    expect(rest).toEqual([])
  })

  it('refuses a disk image that is not there', async () => {
    const imageFile = join(directory, 'none.raw')
    expect(await problemsOf({ imageFile, architectures: ['arm'] })).toMatchObject([
      { code: 'source', message: `${imageFile} does not exist`, at: { kind: 'flag', name: 'imageFile' } },
    ])
  })
})
