/** What docs/moving.md says of templates: made of the tables that they are read by. */

import { FUNCTION_NAMES } from '../src/config/expression/functions/call.ts'
import { REFUSED_FUNCTIONS } from '../src/config/expression/functions/refused.ts'
import { ENGINE_FUNCTION_NAMES } from '../src/config/template/go-template.ts'
import { POST_PROCESSORS } from '../src/config/template/post-processors.ts'
import { PROVISIONERS } from '../src/config/template/provisioner-keys.ts'
import { KEY_NAMES, useOf } from '../src/config/template/source-keys.ts'

const START = '<!-- template -->'
const END = '<!-- /template -->'

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

/** The page with the section as the tables have it now. */
export function withTemplateSection(page: string): string {
  const [before] = page.split(START)
  const [, after] = page.split(END)
  if (before === undefined || after === undefined) throw new Error(`the page has no ${START} ... ${END}`)
  return `${before}${START}\n${createSection()}${END}${after}`
}

function createSection(): string {
  const keysOf = (use: ReturnType<typeof useOf>['use']): string[] => KEY_NAMES.filter((name) => useOf(name).use === use)
  const refused = Object.entries(REFUSED_FUNCTIONS).map(([name, why]) => `\`${name}\` (${why})`)
  const lines = [
    `- **Settings of a source**: honoured: ${list(keysOf('honoured'))}. Without effect, with a warning: ${list(keysOf('without effect'))}. Refused: ${list(keysOf('refused'))}.`,
    ...[...PROVISIONERS].map(
      ([type, { honoured, harmless }]) =>
        `- **\`provisioner "${type}"\`**: read: ${list([...honoured, 'override'])}. Without effect: ${list(harmless)}.`,
    ),
    ...Object.entries(POST_PROCESSORS).map(
      ([type, { use, why }]) => `- **\`post-processor "${type}"\`**: ${use}: ${why}.`,
    ),
    `- **Functions**: ${list(FUNCTION_NAMES)}. Not evaluated: ${refused.join(', ')}.`,
    `- **Between \`{{\` and \`}}\`**: ${list(ENGINE_FUNCTION_NAMES)}.`,
  ]
  return `${lines.join('\n')}\n`
}
