/** `talos-image completion bash|zsh|fish`: the script that makes a shell complete commands and flags. */

import { toBashScript } from '../completion/bash.ts'
import { toFishScript } from '../completion/fish.ts'
import { outline } from '../completion/outline.ts'
import { toZshScript } from '../completion/zsh.ts'
import { defineCommand } from '../define-command.ts'

const SCRIPTS = [
  ['bash', toBashScript],
  ['zsh', toZshScript],
  ['fish', toFishScript],
] as const

export const command = defineCommand({
  description: 'Print the script that makes a shell complete commands, flags and their values.',
  examples: [
    'source <(talos-image completion bash)   now; in ~/.bashrc: in every shell',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that fills it in
    'talos-image completion zsh > "${fpath[1]}/_talos-image"',
    'talos-image completion fish > ~/.config/fish/completions/talos-image.fish',
  ],
  parameters: { '<shell>': { text: 'for which shell', choices: SCRIPTS.map(([name]) => name) } },
  run: async (_io, { shell }, whole) => {
    const program = outline(await whole())
    return { text: SCRIPTS.flatMap(([name, toScript]) => (name === shell ? [toScript(program)] : [])).join('') }
  },
})
