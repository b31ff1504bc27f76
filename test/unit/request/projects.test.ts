import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { chooseProject, chooseProjects, type ProjectFlags } from '../../../src/request/projects.ts'
import { redact } from '../../../src/util/redact.ts'
import { failureOf } from '../util/failure.ts'
import { tempDir } from '../util/temp-dir.ts'

const TWO = 'projects:\n  - name: prod\n    token: PROD\n  - name: dev\n'

const NONE = { project: undefined, config: undefined, directory: undefined, sandbox: undefined }

/** What is chosen in a folder with such a file. */
async function choose(file: string | undefined, flags: Partial<ProjectFlags>, env: Record<string, string> = {}) {
  await using dir = await tempDir()
  if (file !== undefined) await writeFile(dir.file('talos-image.yaml'), file)
  const { projects, problems } = await chooseProjects({ cwd: dir.path, env }, { ...NONE, ...flags })
  return {
    projects: projects.map(({ name = '', variable }) => `${name}=${variable}`),
    problems: problems.map(({ message, hint }) => `${message}; ${hint}`),
  }
}

describe('projects', () => {
  test.each<[string, string | undefined, Partial<ProjectFlags>, string[]]>([
    ['that of HCLOUD_TOKEN, when none is named', undefined, {}, ['=HCLOUD_TOKEN']],
    ['that of HCLOUD_TOKEN, when the file is empty', '# nothing\n', {}, ['=HCLOUD_TOKEN']],
    ['all of the file', TWO, {}, ['prod=PROD', 'dev=HCLOUD_TOKEN_DEV']],
    ['those of the flags, with the variables of the file', TWO, { project: ['prod'] }, ['prod=PROD']],
    ['the variable of the flag, which outweighs the file', TWO, { project: ['prod=MINE'] }, ['prod=MINE']],
    [
      'one that the file has not, with its variable',
      TWO,
      { project: ['x=MINE', 'dev'] },
      ['x=MINE', 'dev=HCLOUD_TOKEN_DEV'],
    ],
    ['the usual variables, without a file', undefined, { project: ['eu-west'] }, ['eu-west=HCLOUD_TOKEN_EU_WEST']],
    ['any in the sandbox', TWO, { project: ['x'], sandbox: true }, ['x=HCLOUD_TOKEN_X']],
  ])('are %s', async (_, file, flags, projects) => {
    expect(await choose(file, flags)).toEqual({ projects, problems: [] })
  })

  test.each<[Partial<ProjectFlags>, string]>([
    [{ project: ['prd'] }, 'talos-image.yaml has no project "prd"; did you mean "prod"?; or name its variable'],
    [{ project: ['prod', 'prod'] }, 'the project "prod" is there twice'],
    [{ project: ['a=T', 'b=T'] }, 'the projects "a" and "b" have the same variable, T'],
    [{ project: ['a='] }, 'the name of the variable is empty'],
    [{ project: ['=T'] }, 'the name of the project is empty'],
    [{ project: ['a=b=c'] }, 'this is not the name of an environment variable'],
    [{ config: 'other.yaml' }, 'there is no file "other.yaml"'],
  ])('that are named badly are refused: %j', async (flags, problem) => {
    const { problems } = await choose(TWO, flags)
    expect(problems).toEqual([expect.stringContaining(problem)])
  })

  test('with one token between them are one project', async () => {
    const env = { PROD: 'token-of-a-test', HCLOUD_TOKEN_DEV: ' token-of-a-test ' }
    const { problems } = await choose(TWO, {}, env)
    expect(problems).toEqual([expect.stringContaining('the projects "prod" and "dev" have the same token')])
    expect(await choose(TWO, { sandbox: true }, env)).toMatchObject({ problems: [] })
    expect(await choose(TWO, {}, { PROD: '', HCLOUD_TOKEN_DEV: '' })).toMatchObject({ problems: [] })
  })

  test('a token in a flag is not shown, here or anywhere else', async () => {
    const token = 'Qx7'.repeat(21).padEnd(64, 'z')
    const { problems } = await choose(undefined, { project: [`prod=${token}`] })
    expect(problems).toEqual([expect.stringContaining('this looks like a token itself')])
    expect(problems.join()).not.toContain('Qx7Qx7')
    expect(redact(`prod=${token}`)).toBe('prod=[redacted]')
  })

  test('one is chosen for a command that works in one', async () => {
    await using dir = await tempDir()
    await writeFile(dir.file('other.yaml'), TWO)
    const io = { cwd: dir.path, env: {} }
    const config = 'other.yaml'
    expect(await chooseProject(io, NONE)).toBeUndefined()
    expect(await chooseProject(io, { ...NONE, project: 'prod', config })).toMatchObject({
      name: 'prod',
      variable: 'PROD',
    })
    expect((await failureOf(chooseProject(io, { ...NONE, project: 'nope', config }))).code).toBe('usage')
  })
})
