import { describe, expect, test } from 'vitest'
import { readSettings } from '../../../src/config/settings-file.ts'

const FILE = 'talos-image.yaml'
const TOKEN = 'jEheVytlAoFl7F8MqUQ7jAo2hOXASztXjEheVytlAoFl7F8MqUQ7jAo2hOXASztX'

const read = (text: string) => readSettings({ name: FILE, text })
const problemsOf = (text: string): string[] =>
  read(text).problems.map(({ message, at }) => {
    if (at?.kind !== 'file') throw new Error(`no place: ${message}`)
    return `${at.line}:${at.column} ${message}`
  })

describe('a settings file', () => {
  test('names projects and the variables of their tokens', () => {
    const { items, problems } = read(`# all of them
projects:
  - name: prod
    token: HCLOUD_TOKEN_PROD
  - {name: eu-west, token: "_other1"}
  - name: staging-2
`)
    expect(problems).toEqual([])
    expect(items.map(({ name, variable }) => [name, variable])).toEqual([
      ['prod', 'HCLOUD_TOKEN_PROD'],
      ['eu-west', '_other1'],
      ['staging-2', 'HCLOUD_TOKEN_STAGING_2'],
    ])
    expect(items[1]?.at).toEqual({ kind: 'file', file: FILE, line: 5, column: 12 })
  })

  test('tells where an alias stands that does not fit', () => {
    expect(problemsOf('schematic: &a mine.yaml\nboot_test: *a\n')).toEqual([expect.stringMatching(/^2:12 /)])
  })

  test('says what is built where no flag does', () => {
    const text = 'architectures: [x86]\nschematic: mine/schematic.yaml\nboot_test: true\n'
    const { architectures, schematic, bootTest, problems } = read(text)
    expect({ architectures, schematic, bootTest, problems }).toEqual({
      bootTest: true,
      architectures: ['x86'],
      schematic: { value: 'mine/schematic.yaml', origin: { kind: 'file', file: FILE, line: 2, column: 12 } },
      problems: [],
    })
  })

  test.each(['', '# nothing\n', '---\n', '{}\n'])('that is empty names none: %j', (text) => {
    expect(read(text)).toEqual({ items: [], problems: [] })
  })

  test.each([
    ['#'.repeat(32_769), ['1:1 the file has 32769 characters; 32768 are the most']],
    ['- name: prod\n', ['1:1 the file must be a mapping']],
    ['projects: prod\n', ['1:1 "projects" must be a list with a project or more']],
    ['projects: []\n', ['1:1 "projects" must be a list with a project or more']],
    ['projects:\n', ['1:1 "projects" must be a list with a project or more']],
    ['projects:\n  - prod\n', ['2:5 a project must be a mapping']],
    ['projects:\n  - token: A\n', ['2:5 a project needs a name']],
    ['projects:\n  - name: [a]\n', ['2:5 "name" must be a text']],
    ['projects:\n  - name: Prod\n', ['2:11 "Prod" is not a name for a project']],
    ['projects:\n  - name: ../x\n', ['2:11 "../x" is not a name for a project']],
    ['projects:\n  - name:\n', ['2:10 the name of the project is empty']],
    ['projects:\n  - name: a\n    token: a-b\n', ['3:12 this is not the name of an environment variable']],
    ['projects:\n  - name: a\n    token:\n', ['3:11 the name of the variable is empty']],
    ['projects:\n  - name: a\n    name: b\n', ['3:5 "name" is there twice']],
    ['projects:\n  - name: a\n  - name: a\n    token: B\n', ['3:11 the project "a" is there twice']],
    [
      'projects:\n  - name: a\n    token: T\n  - name: b\n    token: T\n',
      ['4:11 the projects "a" and "b" have the same variable, T'],
    ],
    ['boot_test: maybe\n', ['1:12 "boot_test" must be true or false']],
    ['architectures: x86\n', ['1:1 "architectures" must be a list of one or two']],
    ['architectures: []\n', ['1:1 "architectures" must be a list of one or two']],
    ['architectures: [x86, arm46]\n', ['1:22 "arm46" is not an architecture']],
    ['schematic: [a]\n', ['1:1 "schematic" must be a text']],
    ['project:\n  - name: a\n', ['1:1 the file has no key "project"']],
    ['projects:\n  - name: a\n    tokn: A\n', ['3:5 a project has no key "tokn"']],
  ])('says what is wrong, and where: %j', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems)
    for (const { code, hint } of read(text).problems) expect([code, typeof hint]).toEqual(['config', 'string'])
  })

  test('that is no YAML is refused with the place', () => {
    const [problem, ...others] = problemsOf('projects: [\n')
    expect(problem).toMatch(/^\d:\d+ not valid YAML: /)
    expect(others.every((other) => other.includes('not valid YAML'))).toBe(true)
  })

  test.each([
    `projects:\n  - name: a\n    token: ${TOKEN}\n`,
    `projects:\n  - name: ${TOKEN}\n`,
    `projects:\n  - ${TOKEN}\n`,
    `projects:\n  - ${TOKEN}: 1\n`,
    `projects:\n  prod: ${TOKEN}\n`,
    `${TOKEN}\n`,
    `projects: *${TOKEN}\n`,
    `projects:\n  - name: a\n    token: "${TOKEN}\n`,
    `projects:\n  - name: a\n    token: ${TOKEN}-2\n`,
    `projects:\n  - name: a\n    token: !${TOKEN} x\n  - b\n`,
  ])('never shows what may be a token: %j', (text) => {
    const { problems } = read(text)
    expect(problems.length).toBeGreaterThan(0)
    expect(JSON.stringify(problems)).not.toContain(TOKEN.slice(0, 32))
  })
})
