import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.ts'
import { describeInvocation, isCalledPacker, PLACES, pasteable } from '../../../src/cli/invocation.ts'

const HOME = '/home/me/talos'
const at = (script: string, env: Record<string, string> = {}, cwd = HOME) =>
  describeInvocation({ env: { PATH: '/usr/bin:/usr/local/bin', ...env }, cwd, argv: ['/usr/bin/node', script] }, [])

describe('what is typed in the place of talos-image', () => {
  test.each([
    ['/usr/local/bin/talos-image', {}, 'talos-image'],
    [`${HOME}/node_modules/.bin/talos-image`, {}, 'npx talos-image'],
    ['/home/me/.npm/_npx/1a/node_modules/.bin/talos-image', {}, 'npx talos-image'],
    ['talos-image', {}, 'talos-image'],
    ['./talos-image', {}, './talos-image'],
    ['/usr/local/bin/packer', {}, 'talos-image'],
    ['packer', {}, 'talos-image'],
    [`${HOME}/dist/cli.cjs`, { TALOS_IMAGE_CALLED_AS: 'talos-image' }, './talos-image'],
    [`${HOME}/dist/cli.cjs`, {}, 'node dist/cli.cjs'],
    [`${HOME}/dist/cli.cjs`, { TALOS_IMAGE_CALLED_AS: './talos-image' }, './talos-image'],
    [`${HOME}/dist/cli.cjs`, { TALOS_IMAGE_CALLED_AS: '../my clone/talos-image' }, "'../my clone/talos-image'"],
    [`${HOME}/dist/cli.cjs`, { TALOS_IMAGE_CALLED_AS: `${HOME}/_packer/../talos-image` }, './talos-image'],
    ['/opt/t/dist/cli.cjs', { TALOS_IMAGE_CALLED_AS: '/opt/t/talos-image' }, '/opt/t/talos-image'],
    ['/opt/t/dist/cli.cjs', { TALOS_IMAGE_CALLED_AS: '/usr/local/bin/talos-image' }, 'talos-image'],
    [`${HOME}/dist/cli.cjs`, { GITHUB_ACTIONS: 'true', TALOS_IMAGE_CALLED_AS: './talos-image' }, 'talos-image'],
  ])('of %s with %j is %s', (script, env, program) => expect(at(script, env).program).toBe(program))

  test('is create.sh for a build that it called', () => {
    const env = { TALOS_IMAGE_CREATE_SH: 'create.sh', TALOS_IMAGE_CALLED_AS: `${HOME}/_packer/../talos-image` }
    const invocation = {
      ...at(`${HOME}/dist/cli.cjs`, env, `${HOME}/_packer`),
      words: ['build', '--directory', `${HOME}/_packer`, '--roles', '--dry-run'],
    }
    expect(pasteable('talos-image build', invocation)).toBe('./create.sh --roles')
    expect(pasteable('talos-image list', invocation)).toBe('../talos-image list')
    expect(pasteable('talos-image doctor', invocation)).toBe(`../talos-image doctor --directory ${HOME}/_packer`)
  })
})

test.each([
  ['packer', {}, true],
  ['/opt/bin/packer', { TALOS_IMAGE_CALLED_AS: 'talos-image' }, true],
  ['C:\\tools\\packer.exe', {}, true],
  ['/clone/dist/cli.cjs', { TALOS_IMAGE_CALLED_AS: '/opt/bin/packer' }, true],
  ['/opt/packer/talos-image', {}, false],
  ['packer-plugin-hcloud', {}, false],
])('%s with %j is called as Packer: %s', (script, env, expected) =>
  expect(isCalledPacker({ env, argv: ['node', script] })).toBe(expected),
)

describe('a command that can be pasted', () => {
  test.each([
    [['list', '--sandbox'], 'talos-image build', './t build --sandbox'],
    [
      ['list', '--sandbox', '--project=a b', '-o', 'json'],
      'talos-image show 5',
      "./t show 5 --sandbox '--project=a b'",
    ],
    [['plan', 'worker', '--matrix', 'github', '--arch', 'x86'], 'talos-image build', './t build worker --arch x86'],
    [
      ['build', '--roles', '--verbose'],
      'talos-image build --wait-for-stock 2h',
      './t build --roles --wait-for-stock 2h',
    ],
    [['build', '--config', 'c.yaml'], 'talos-image cleanup --run r', './t cleanup --run r --config c.yaml'],
    [
      ['build', '--project', 'a=A', '--project', 'b=B'],
      'talos-image cleanup --run r --project b=B',
      './t cleanup --run r --project b=B',
    ],
    [['doctor', '--directory', 'd', '--var-file', 'v'], 'talos-image extensions v1', './t extensions v1'],
    [['schematic', 'push', 'f', '--sandbox'], 'talos-image schematic show a', './t schematic show a --sandbox'],
    [['delete', '--role', 'a b', '--arch', 'arm'], 'talos-image list', "./t list --role 'a b' --arch arm"],
    [['build', '--arch', 'arm'], 'talos-image list', './t list'],
    [['list'], 'hcloud server delete 1', 'hcloud server delete 1'],
  ])('after %j is made of %s: %s', (words, command, pasted) => {
    expect(pasteable(command, { program: './t', words })).toBe(pasted)
  })

  test('repeats only flags that it takes, and all that say where it works', async () => {
    const asked = new Set(Object.values(PLACES).flat())
    const taken = new Map<string, string[]>()
    for (const [name, [, , load]] of Object.entries(COMMANDS)) {
      const { command } = await load()
      const below = 'commands' in command ? Object.entries(command.commands) : []
      const all =
        'commands' in command
          ? await Promise.all(below.map(async ([sub, [, open]]) => [`${name} ${sub}`, (await open()).command] as const))
          : [[name, command] as const]
      for (const [path, { parameters }] of all) {
        const flags = Object.keys(parameters).flatMap((words) => /--[\w-]+/.exec(words)?.[0] ?? [])
        taken.set(path, flags.filter((flag) => asked.has(flag)).sort())
      }
    }
    // Its flags mean another thing.
    taken.delete('sandbox')
    for (const [path, flags] of taken) expect([path, [...(PLACES[path] ?? [])].sort()]).toEqual([path, flags])
  })
})
