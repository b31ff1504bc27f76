/** docs/commands.md, made from the program that prints the help: so that the two cannot differ. */

import type { Command, Option } from 'commander'

export { createProgram } from '../src/cli/program.ts'

import { allCommands, allOptions, describedAs, examplesOf, GENERAL } from '../src/cli/help.ts'

/** The flags that stand once for all commands. */
type General = ReadonlyMap<string, string>

/** The whole page, as Markdown. @param program with all of its commands, whose help is 80 columns wide */
export function createCommandsPage(program: Command): string {
  const commands = allCommands(program).slice(1)
  // Where one command says it otherwise, such as the forms of its output, what most say wins.
  const general: General = new Map(commands.flatMap(([, command]) => rowsOf(command).get(GENERAL) ?? []))
  const index = commands.map(([name, command]) => `| [\`${name}\`](#${toAnchor(name)}) | ${command.description()} |`)
  return `${[
    '# Commands',
    'This page is made from what `talos-image help` prints (`npm run docs`); a test keeps the two the same, and another one\nruns every example.',
    ['| command | what it does |', '|---|---|', ...index].join('\n'),
    '## Flags of every command',
    'As far as they make sense for it: `talos-image help COMMAND` shows them.',
    toTable([...general]),
    ...commands.map(([name, command]) => toSection(name, command, general)),
  ].join('\n\n')}\n`
}

/** The flags of a command with what is said about them, under the headings of its help. */
function rowsOf(command: Command): Map<string, [string, string][]> {
  const help = command.createHelp()
  const groups = help.groupItems([], allOptions(command), (option: Option) => option.helpGroupHeading ?? GENERAL)
  return new Map(
    [...groups].map(([heading, options]) => [
      heading,
      options.map((option): [string, string] => [help.optionTerm(option), help.optionDescription(option)]),
    ]),
  )
}

function toSection(name: string, command: Command, general: General): string {
  const help = command.createHelp()
  const parts = [`## ${name}`, command.description(), `\`\`\`text\n${help.commandUsage(command)}\n\`\`\``]
  const [operands, examples, { notes }] = [help.visibleArguments(command), examplesOf(command), describedAs(command)]
  if (operands.length > 0) {
    parts.push(
      toTable(
        operands.map((one) => [help.argumentTerm(one), help.argumentDescription(one)]),
        'argument',
      ),
    )
  }
  for (const [heading, rows] of rowsOf(command)) {
    const own = heading === GENERAL ? rows.filter(([term, text]) => general.get(term) !== text) : rows
    if (own.length > 0) parts.push(heading === GENERAL ? 'Otherwise than elsewhere:' : heading, toTable(own))
  }
  if (notes !== undefined) parts.push(notes)
  if (examples.length > 0) parts.push(`\`\`\`sh\n${examples.map(({ text }) => text).join('\n')}\n\`\`\``)
  return parts.join('\n\n')
}

const toAnchor = (name: string): string => name.replaceAll(' ', '-')

function toTable(rows: readonly (readonly [string, string])[], what = 'flag'): string {
  const cells = rows.map(([term, text]) => `| \`${toCell(term)}\` | ${toCell(text)} |`)
  return [`| ${what} | meaning |`, '|---|---|', ...cells].join('\n')
}

const toCell = (text: string): string => text.replaceAll('|', '\\|')

export { createRegistryPages } from './provider-pages.ts'
export { withTemplateSection } from './template-section.ts'
