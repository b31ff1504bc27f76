/**
 * The pages of the Terraform provider as registries show them, made from its tables of attributes: so that the two cannot differ.
 * https://developer.hashicorp.com/terraform/registry/providers/docs
 */

import { readdir, readFile } from 'node:fs/promises'
import { createProvider } from '../src/provider/provider.ts'
import type { Attribute, Attributes, AttributeType } from '../src/provider/schema.ts'

type Described = { readonly name: string; readonly description: string; readonly attributes: Attributes }

/**
 * The pages by their paths below `registry/docs/`. The provider's own has the example of README.md, the others those of
 * `registry/examples/`.
 * @param root of the repository
 */
export async function createRegistryPages(root: URL): Promise<ReadonlyMap<string, string>> {
  const provider = createProvider(() => Promise.reject(new Error('pages need no cloud')))
  const examples = new Map([['provider', exampleIn(await readFile(new URL('README.md', root), 'utf8'))]])
  const folder = new URL('registry/examples/', root)
  for (const file of await readdir(folder)) {
    examples.set(file.replace(/\.tf$/, ''), await readFile(new URL(file, folder), 'utf8'))
  }
  const exampleOf = (name: string): string => {
    const example = examples.get(name)
    if (example === undefined) throw new Error(`there is no registry/examples/${name}.tf`)
    return example
  }
  const page = (one: Described, kind: 'resource' | 'data-source'): string => {
    const name = `${provider.name}_${one.name}`
    const title = `${name} (${kind === 'resource' ? 'Resource' : 'Data Source'})`
    return toPage(one, title, exampleOf(`${kind}-${one.name}`), importOf(name, one, kind))
  }
  return new Map([
    ['index.md', toPage(provider, `${provider.name} Provider`, exampleOf('provider'))],
    ...provider.resources.map((one) => [`resources/${one.name}.md`, page(one, 'resource')] as const),
    ...provider.dataSources.map((one) => [`data-sources/${one.name}.md`, page(one, 'data-source')] as const),
  ])
}

/** The first text for Terraform that stands on a page. */
export const exampleIn = (page: string): string => /^```hcl\n(.*?)^```/ms.exec(page)?.[1] ?? ''

function toPage({ description, attributes }: Described, title: string, example: string, more = ''): string {
  const [first = ''] = description.split(/(?<=\.) /)
  return `---
page_title: "${title}"
subcategory: ""
description: |-
  ${first.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')}
---

# ${title}

${description}

## Example Usage

\`\`\`hcl
${example.trim()}
\`\`\`

## Schema

${toSchema(attributes)}
${more}`
}

const HEADINGS = {
  Required: ({ set }) => set === 'required',
  Optional: ({ set }) => set === 'optional' || set === 'optional-computed',
  'Read-Only': ({ set }) => set === 'computed',
} as const satisfies Record<string, (attribute: Attribute) => boolean>

/** The attributes by who sets them, and those of objects below. */
function toSchema(attributes: Attributes, level = '###'): string {
  const entries = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const sections = Object.entries(HEADINGS).flatMap(([heading, belongs]) => {
    const lines = entries.filter(([, attribute]) => belongs(attribute)).map(([name, one]) => toLine(name, one))
    return lines.length === 0 ? [] : [`${level} ${heading}\n\n${lines.join('\n')}\n`]
  })
  const inner = entries.flatMap(([name, { type }]) =>
    typeof type === 'object' && 'object' in type
      ? [
          `<a id="nestedatt--${name}"></a>\n### Nested Schema for \`${name}\`\n\n${toSchema(type.object, '####').replaceAll('#### ', '')}`,
        ]
      : [],
  )
  return [...sections, ...inner].join('\n')
}

function toLine(name: string, { type, description, sensitive }: Attribute): string {
  const more = typeof type === 'object' && 'object' in type ? ` (see [below](#nestedatt--${name}))` : ''
  return `- \`${name}\` (${toTitle(type)}${sensitive === true ? ', Sensitive' : ''}) ${description}${more}`
}

function toTitle(type: AttributeType): string {
  if (typeof type === 'string') return { string: 'String', number: 'Number', bool: 'Boolean', dynamic: 'Dynamic' }[type]
  if ('object' in type) return 'Attributes'
  if ('list' in type) return `List of ${toTitle(type.list)}`
  return 'set' in type ? `Set of ${toTitle(type.set)}` : `Map of ${toTitle(type.map)}`
}

function importOf(name: string, one: Described, kind: string): string {
  if (kind !== 'resource' || !('import' in one)) return ''
  return `
## Import

By the ID, as \`talos-image list\` shows it:

\`\`\`sh
terraform import ${name}.this 123456789
\`\`\`
`
}
