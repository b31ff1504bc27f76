/** As much understanding of SVG as the picture of a build needs. */

/** Whether all tags are closed in their order, attributes are quoted, and nothing else looks like markup. */
export function isWellFormed(svg: string): boolean {
  const open: string[] = []
  const rest = svg.replaceAll(/<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>/g, (_, closing, name, __, empty) => {
    if (closing === '/') {
      if (open.pop() !== name) open.push('wrong')
    } else if (empty === '') open.push(name)
    return ''
  })
  const isClean = !/[<]|&(?!(?:amp|lt|gt|quot);)/.test(rest)
  return open.length === 0 && isClean && svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')
}

/** The texts of the picture: all that are ever seen, and those that stay. */
export function findTexts(svg: string): { readonly all: readonly string[]; readonly atEnd: readonly string[] } {
  const texts = [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes = '', text = '']) => ({
    isTransient: /class="(?:\S+ )*t"/.test(attributes),
    text: text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
  }))
  return {
    all: texts.map(({ text }) => text),
    atEnd: texts.filter(({ isTransient }) => !isTransient).map(({ text }) => text),
  }
}
