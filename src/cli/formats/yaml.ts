/** A document as YAML, which has the same value as its JSON. */

import { Document, visit } from 'yaml'
import { escapeControls, withoutCommands } from '../../util/printable.ts'

export function format(document: unknown): string {
  // What JSON leaves out is left out, and what older YAML takes for something else, such as `no`, is quoted.
  const data: unknown = JSON.parse(JSON.stringify(document))
  const yaml = new Document(data, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
  visit(yaml, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && !isSafe(node.value)) node.type = 'QUOTE_DOUBLE'
    },
  })
  const text = yaml.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER })
  // Only quoted texts hold these, where they may be written as their numbers.
  return escapeControls(text, escapeForYaml).replaceAll('##[', '##\\x5b')
}

const escapeForYaml = (character: string): string =>
  `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`

/** Whether neither a terminal nor the runner of GitHub Actions finds anything to obey in it. */
const isSafe = (text: string): boolean => escapeControls(text) === text && withoutCommands(text) === text
