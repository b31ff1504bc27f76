/** `talos-image completion`: the scripts, in the shells themselves, with the key TAB. */

import { PassThrough } from 'node:stream'
import { beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { missing, named } from '../support/programs.ts'
import { expectRefusal } from '../support/refusal.ts'
import { hasTerminal } from '../support/terminal.ts'
import { createWorkspace, runInWorkspace } from '../support/workspace.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]
const scripts = new Map<Shell, string>()

beforeAll(async () => {
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await runInWorkspace(['completion', shell], {})
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    scripts.set(shell, stdout)
  }
})

it('knows three shells', async () => {
  const result = await runInWorkspace(['completion', 'tcsh'], {})
  expectRefusal(result, "'tcsh' is invalid", 'bash, zsh, fish')
})

/** What is typed, and which arguments the command then gets. */
const LINES: readonly (readonly [typed: string, got: string])[] = [
  ['schem\tch\tmy', 'schematic check my'],
  ['completion f\t', 'completion fish'],
  ['build --output jsonl --arch a\t', 'build --output jsonl --arch arm'],
  ['build --arch x86 wo\t', 'build --arch x86 worker'],
  ['build --roles --schematic spe\t', 'build --roles --schematic special.yaml'],
  ['plan --directory onl\t', 'plan --directory only-folder'],
  ['schematic check spe\t', 'schematic check special.yaml'],
  ['help outd\t', 'help outdated'],
]

/** How each shell is started so that it has read the script and says `ready>`; `talos-image` then shows its arguments. */
const STARTS: Readonly<Record<Shell, (script: string) => { readonly rc: string; readonly command: string }>> = {
  bash: (script) => ({
    rc: `PS1='ready> '; bind 'set enable-bracketed-paste off'\ntalos-image() { printf '<%s>\\n' "$*"; }\n${script}`,
    command: 'bash --noprofile --rcfile ./bashrc -i',
  }),
  zsh: (script) => ({
    rc: `autoload -U compinit; compinit -D -u\nPS1='ready> '\ntalos-image() { printf '<%s>\\n' "$*" }\n${script}`,
    command: 'env ZDOTDIR=. zsh -d -i',
  }),
  fish: (script) => ({
    rc: `function fish_prompt; echo 'ready> '; end\nfunction talos-image; echo "<$argv>"; end\n${script}`,
    command: "fish -N -i -C 'source ./config.fish'",
  }),
}
const RC_NAMES = { bash: 'bashrc', zsh: '.zshrc', fish: 'config.fish' } as const

describe('TAB', () => {
  for (const shell of SHELLS) {
    const reason = missing(shell) ?? (hasTerminal() ? undefined : 'there is no util-linux script here')
    it.skipIf(reason !== undefined)(named(`completes in ${shell}`, reason), async () => {
      const { rc, command } = STARTS[shell](scripts.get(shell) ?? '')
      await using workspace = await createWorkspace({
        [RC_NAMES[shell]]: rc,
        'special.yaml': '',
        'only-folder/file': '',
      })
      const stdin = new PassThrough()
      const waiting = [...LINES.map(([typed]) => `talos-image ${typed}\r`), 'exit\r']
      let prompts = 0
      const { stdout } = await runCommand(['-qec', `stty columns 200 rows 40; ${command}`, '/dev/null'], {
        program: ['script'],
        cwd: workspace.root,
        env: { TERM: 'dumb', HOME: workspace.root },
        stdin,
        onStdout(shown) {
          // A line once the shell waits for one: after the prompt, or, while it runs, after the answer to the one before.
          const answered = shell === 'fish' ? shown.match(/^</gm)?.length : shown.match(/^ready> /gm)?.length
          const due = shell === 'fish' ? (answered ?? 0) + 1 : (answered ?? 0)
          if (!shown.includes('ready> ') || due <= prompts) return
          prompts += 1
          const next = waiting.shift()
          if (next !== undefined) stdin.write(next)
        },
      })
      const got = [...stdout.matchAll(/^<(.*?)\/? ?>\r?$/gm)].map(([, args]) => args)
      expect(got, stdout).toEqual(LINES.map(([, args]) => args))
    })
  }
})

describe('the script for bash', () => {
  /** What it offers for a command line whose last word is being typed. */
  async function offersFor(line: string): Promise<string[]> {
    const words = line.split(' ')
    const list = words.map((word) => `'${word}'`).join(' ')
    const ask = `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _talos_image; printf '%s\\n' "\${COMPREPLY[@]}"`
    await using workspace = await createWorkspace({ 'completion.bash': scripts.get('bash') ?? '' })
    const { code, stdout, stderr } = await runCommand(['-euc', `source ./completion.bash; ${ask}`], {
      program: ['bash'],
      cwd: workspace.root,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout.split('\n').filter((word) => word !== '')
  }

  it.each([
    ['talos-image schematic ', ['id', 'check', 'push', 'show', 'help']],
    ['talos-image unp', ['unprotect']],
    ['talos-image build --allow-b', ['--allow-bigger-disk']],
    ['talos-image list --allow-b', []],
    ['talos-image build --output = js', ['json', 'jsonl']],
    ['talos-image build -o ', ['text', 'json', 'yaml', 'jsonl']],
    ['talos-image list --sandbox --machines ', ['namespace', 'qemu']],
    ['talos-image completion ', ['bash', 'zsh', 'fish']],
    ['talos-image build ', ['control-plane', 'worker']],
    ['talos-image --vers', ['--version']],
    ['talos-image schematic push --factory', ['--factory-url']],
    ['talos-image help schem', ['schematic']],
  ])('offers for "%s": %j', async (line, words) => {
    expect(await offersFor(line)).toEqual(words)
  })

  it('offers every command that help shows', async () => {
    const { stdout } = await runInWorkspace(['--help'], {})
    const shown = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[| <|\s{2,})/gm)].map(([, name]) => name)
    expect(shown.length).toBeGreaterThan(15)
    expect(await offersFor('talos-image ')).toEqual(expect.arrayContaining(shown))
  })
})
