/** Checks workflows and action.yml with GitHub's own parser, and with a few rules of this project. */

import { basename } from 'node:path'
import { type ActionsMetadataProvider, validate } from '@actions/languageservice'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml'

export interface WorkflowFile {
  readonly path: string
  readonly text: string
}

export interface Finding {
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly column: number
  readonly message: string
}

/** The action of this repository, as others call it. */
const OWN = 'talos-image'

/**
 * What is wrong with a workflow or with action.yml, in the order of its lines.
 * @param inputs that action.yml has: workflows that use it may give no others
 */
export async function lintWorkflow({ path, text }: WorkflowFile, inputs: readonly string[]): Promise<Finding[]> {
  const document = TextDocument.create(`file:///${path}`, 'yaml', 1, text)
  const diagnostics = await validate(document, { actionsMetadataProvider: knowing(inputs) })
  const found = diagnostics.map(({ message, range }) => ({
    path,
    line: range.start.line + 1,
    column: range.start.character + 1,
    message: typeof message === 'string' ? message : message.value,
  }))
  return [...found, ...projectRules(path, text)].toSorted((a, b) => a.line - b.line || a.column - b.column)
}

/** Says what inputs an action takes; of others than this one nothing is known. */
function knowing(inputs: readonly string[]): ActionsMetadataProvider {
  const own = Object.fromEntries(inputs.map((name) => [name, { description: name, default: '' }]))
  return {
    fetchActionMetadata: async ({ name }) => ({ name, description: name, ...(name === OWN ? { inputs: own } : {}) }),
  }
}

function projectRules(path: string, text: string): Finding[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const found: Finding[] = []
  const add = (node: Node | null, message: string): void => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0)
    found.push({ path, line: Math.max(line, 1), column: Math.max(col, 1), message })
  }
  if (!/^action\.ya?ml$/.test(basename(path)) && !document.has('permissions')) {
    add(document.contents, 'the workflow says no permissions, so it has more than it needs')
  }
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'string') return
      if (key.value === 'run' && value.value.includes('${{')) {
        add(value, 'an expression within a script becomes part of it; put it into env')
      }
      if (key.value === 'uses' && !/^(\.\/|docker:\/\/)|@(v\d+(\.\d+)*|[0-9a-f]{40})$/.test(value.value)) {
        add(value, `"${value.value}" is not pinned to a version, such as @v1`)
      }
    },
  })
  return found
}

/** The names of the inputs of an action. @param text of action.yml */
export function inputsOf(text: string): string[] {
  const inputs = parseDocument(text).get('inputs')
  return isMap(inputs) ? inputs.items.map(({ key }) => String(key)) : []
}
