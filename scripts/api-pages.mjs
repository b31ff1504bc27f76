/** The pages of the library's documentation: one for each subject, and one that names them all. Pure. */

/** What each page is about, and the modules of `src/index.ts` whose exports stand on it. */
const SUBJECTS = [
  [
    'plan',
    'Planning: what is built, from what, and where',
    /^\.\/(plan\/(look-up-placements|placement|plan|request|server-settings|shard)|request|source|config|compressions|domain|library\/(plan|read-plan-request))\b/,
  ],
  [
    'build',
    'Building: runs, their events and results, and what they leave behind',
    /^\.\/(run|report\/result|util\/cleanup-scope|library\/(clean-up|boot-test))\b/,
  ],
  [
    'snapshots',
    'Snapshots: list, compare, prune, delete',
    /^\.\/(hetzner\/snapshot|library\/(snapshots|delete-snapshots)|plan\/(prune|series|snapshot-filter|users)|report\/(outdated|snapshot))\b/,
  ],
  ['schematics', 'Schematics: read them, compute their IDs', /^(talos-schematic$|\.\/plan\/schematic-file)/],
  [
    'clients',
    'Hetzner Cloud, the Image Factory, and the way to them',
    /^\.\/(hetzner\/client|factory|util\/proxies)\b/,
  ],
  ['sandbox', 'The sandbox', /^\.\/library\/sandbox\b/],
  ['errors', 'Errors', /^\.\/errors\b/],
]

/**
 * @param {string} whole the page with everything that the library exports
 * @param {string} index the text of `src/index.ts`
 * @returns {ReadonlyMap<string, string>} pages by their path below `docs/`
 */
export function toApiPages(whole, index) {
  const subjects = subjectsOf(index)
  const [head = '', ...groups] = whole.split(/^(?=## )/m)
  const sections = groups.flatMap((group) => {
    const [, ...entries] = group.split(/^(?=### )/m)
    return entries.map((text) => ({ text: text.replace(/\n\*\*\*\n*$/, '\n').trimEnd(), name: nameOf(text) }))
  })
  /** @type {Map<string, { page: string, anchor: string }>} */
  const places = new Map()
  for (const { name, text } of sections) {
    const page = subjects.get(name)
    if (page === undefined) throw new Error(`scripts/api-pages.mjs has no subject for the export ${name}`)
    const slug = slugOf(text)
    const first = places.get(slug)
    // A type after a function of the same name, such as `Plan`.
    if (first !== undefined) places.set(`${slug}-`, { page, anchor: first.page === page ? `${slug}-1` : slug })
    else places.set(slug, { page, anchor: slug })
    for (const [, anchor = ''] of text.matchAll(/<a id="([^"]+)"/g)) places.set(anchor, { page, anchor })
  }
  const link = (/** @type {string} */ text, /** @type {string} */ own, /** @type {string} */ folder) =>
    text.replaceAll(/\]\(#([\w-]+)\)/g, (same, /** @type {string} */ whole) => {
      const place = places.get(whole) ?? places.get(whole.replace(/\d+$/, ''))
      if (place === undefined) return same
      return place.page === own ? `](#${place.anchor})` : `](${folder}${place.page}.md#${place.anchor})`
    })
  const list = SUBJECTS.map(([page, title]) => {
    const names = sections.filter(({ name }) => subjects.get(name) === page)
    const functions = names.filter(({ text }) => text.startsWith(`### ${nameOf(text)}()`))
    const links = (functions.length > 0 ? functions : names).map(
      ({ name, text }) => `[\`${name}\`](api/${page}.md#${slugOf(text)})`,
    )
    return `- [${title}](api/${page}.md): ${links.join(', ')}`
  })
  const pages = SUBJECTS.map(([page, title]) => {
    const texts = sections
      .filter(({ name }) => subjects.get(name) === page)
      .map(({ text }) => text.replaceAll(/^#(?=#)/gm, ''))
    const back = '[All of the library](../api.md)'
    return /** @type {const} */ ([
      `api/${page}.md`,
      link(`# ${title}\n\n${back}\n\n${texts.join('\n\n')}\n`, String(page), ''),
    ])
  })
  return new Map([['api.md', `${link(head.trimEnd(), '', 'api/')}\n\n${list.join('\n')}\n`], ...pages])
}

/** @param {string} index @returns {Map<string, string>} the subject of each export */
function subjectsOf(index) {
  const exports = index.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)
  return new Map(
    [...exports].flatMap(([, names = '', module = '']) => {
      const subject = SUBJECTS.find(([, , modules]) => modules instanceof RegExp && modules.test(module))?.[0]
      if (subject === undefined) throw new Error(`scripts/api-pages.mjs has no subject for ${module}`)
      const each = names.split(',').map((name) => name.trim().replace(/^type /, ''))
      return each.filter((name) => name !== '').map((name) => /** @type {const} */ ([name, String(subject)]))
    }),
  )
}

const nameOf = (/** @type {string} */ section) => (/^### ([\w\\]+)/.exec(section)?.[1] ?? '').replaceAll('\\', '')

/** The anchor of a section's heading, as GitHub makes it. */
const slugOf = (/** @type {string} */ section) => nameOf(section).toLowerCase()
