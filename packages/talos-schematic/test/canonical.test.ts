import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { canonicalText, schematicId } from '../src/canonical.ts'
import { SchematicError } from '../src/errors.ts'
import { parseSchematic } from '../src/parse.ts'
import { EMPTY_SCHEMATIC, type FreeEntry, type FreeValue, type Schematic } from '../src/schema.ts'

const Ids = v.object({
  vectors: v.array(
    v.object({
      submit: v.string(),
      id: v.optional(v.string()),
      canonical: v.optional(v.string()),
      error: v.optional(v.string()),
    }),
  ),
})

const Strings = v.object({
  strings: v.array(v.object({ text: v.string(), item: v.string(), id: v.string() })),
  documents: v.array(
    v.object({ submit: v.string(), canonical: v.optional(v.string()), refused: v.optional(v.boolean()) }),
  ),
})

const { vectors } = readFixture('schematic-ids.json', Ids)
const { strings, documents } = readFixture('schematic-strings.json', Strings)
const Texts = v.record(v.string(), v.string())
const releases = readFixture('schematic-releases.json', v.object({ v3: Texts, rc4: Texts, v4: Texts }))

function readFixture<const S extends v.GenericSchema>(name: string, schema: S): v.InferOutput<S> {
  return v.parse(schema, JSON.parse(readFileSync(new URL(`./${name}`, import.meta.url), 'utf8')))
}

/** Whether it is read whole: the Factory refuses fields that it does not know, too. */
function isTaken(submitted: string): boolean {
  try {
    return parseSchematic(submitted, 'schematic.yaml').unknown.length === 0
  } catch (error) {
    if (error instanceof SchematicError) return false
    throw error
  }
}

function textOf(submitted: string): string {
  return canonicalText(parseSchematic(submitted, 'schematic.yaml').schematic)
}

const text = (value: string): FreeValue => ({ kind: 'text', text: value })
const map = (...entries: FreeEntry[]): FreeValue => ({ kind: 'map', entries })
const list = (...items: FreeValue[]): FreeValue => ({ kind: 'list', items })

/** A schematic that has the text in every place a text can have. */
function everywhere(value: string): Schematic {
  // The option's own name may be the text too; then the later one stays, as in a map.
  const options = new Map<string, FreeValue>([
    ['text', text(value)],
    [value, list(text('x'), list(text(value)))],
    ['in', map([text(value), text(value)])],
  ])
  return {
    owner: value,
    overlay: { image: value, name: 'n', options: [...options].map(([name, option]) => [text(name), option]) },
    customization: {
      ...EMPTY_SCHEMATIC.customization,
      embeddedMachineConfiguration: value,
      extraKernelArgs: [value],
      meta: [{ key: 10, value }],
    },
  }
}

function withArguments(...extraKernelArgs: string[]): Schematic {
  return { ...EMPTY_SCHEMATIC, customization: { ...EMPTY_SCHEMATIC.customization, extraKernelArgs } }
}

describe('schematicId', () => {
  it.each(vectors.filter(({ error }) => error === undefined))('gives the ID of $submit', (vector) => {
    const { schematic } = parseSchematic(vector.submit, 'schematic.yaml')
    if (vector.canonical !== undefined) expect(canonicalText(schematic)).toBe(vector.canonical)
    expect(schematicId(schematic)).toBe(vector.id)
  })

  it.each(vectors.filter(({ error }) => error !== undefined))('has none for $submit', ({ submit }) => {
    expect(isTaken(submit)).toBe(false)
  })

  it('knows vectors of both kinds', () => {
    expect(vectors.filter(({ error }) => error === undefined).length).toBeGreaterThan(50)
    expect(vectors.filter(({ error }) => error !== undefined).length).toBeGreaterThan(1)
  })

  it('is the well-known one for the empty schematic', () => {
    expect(schematicId(EMPTY_SCHEMATIC)).toBe('376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba')
  })
})

describe('canonicalText', () => {
  it.each(strings)('writes $text as Go does', ({ text: value, item }) => {
    expect(canonicalText(withArguments(value))).toBe(`customization:\n    extraKernelArgs:\n        - ${item}`)
  })

  it.each(strings)('writes $text as Go does in every place', ({ text: value, id }) => {
    expect(schematicId(everywhere(value))).toBe(id)
  })

  it.each(documents.filter(({ refused }) => !refused))('reads and writes $submit as Go does', (document) => {
    expect(textOf(document.submit)).toBe(document.canonical)
  })

  it.each(documents.filter(({ refused }) => refused))('does not take $submit, nor does Go', ({ submit }) => {
    expect(isTaken(submit)).toBe(false)
  })

  it('stays the same when it is read and written again', () => {
    for (const { submit } of vectors.filter(({ error }) => error === undefined)) {
      const once = textOf(submit)
      // Go marks the indentation of a text that begins with a space wrongly inside lists.
      if (!once.includes('- |4')) expect(textOf(once)).toBe(once)
    }
  })

  it('folds no long line', () => {
    const long = 'word '.repeat(1000).trim()
    expect(canonicalText(withArguments(long))).toBe(`customization:\n    extraKernelArgs:\n        - ${long}\n`)
  })

  it('does not depend on the order in which options were given', () => {
    const options: FreeEntry[] = [
      [text('b'), map([text('z'), text('1')], [text('y'), text('2')])],
      [text('a'), text('1')],
    ]
    const withOptions = (entries: readonly FreeEntry[]): Schematic => ({
      ...EMPTY_SCHEMATIC,
      overlay: { image: 'i', name: 'n', options: entries },
    })
    expect(canonicalText(withOptions(options))).toBe(canonicalText(withOptions(options.toReversed())))
  })
})

describe.each(['v3', 'rc4', 'v4'] as const)('as the release %s of the library', (release) => {
  const write = (value: string) =>
    canonicalText(
      { ...EMPTY_SCHEMATIC, customization: { ...EMPTY_SCHEMATIC.customization, extraKernelArgs: [value] } },
      release,
    )
  const itemOf = (written: string) => written.split('extraKernelArgs:\n        - ')[1]

  it('writes what it writes differently', () => {
    const other = releases[release]
    expect(Object.keys(other).length).toBeGreaterThan(15)
    for (const [value, item] of Object.entries(other)) expect(itemOf(write(value)), JSON.stringify(value)).toBe(item)
  })

  it('writes the rest as ever, and means the same', () => {
    for (const { text: value, item } of strings) {
      const written = write(value)
      const lostByGo = release === 'v3' && /^\n|^\s+$/.test(value)
      if (!(value in releases[release]) && !lostByGo) expect(itemOf(written), JSON.stringify(value)).toBe(item)
    }
  })
})
