import { describe, expect, test } from 'vitest'
import { extensions } from '../../../src/provider/data-sources/extensions.ts'
import { schematic } from '../../../src/provider/data-sources/schematic.ts'
import { snapshot } from '../../../src/provider/data-sources/snapshot.ts'
import { versions } from '../../../src/provider/data-sources/versions.ts'
import type { DataSourceDefinition } from '../../../src/provider/definition.ts'
import { type Attributes, type Open, UNKNOWN } from '../../../src/provider/schema.ts'
import type { Session } from '../../../src/provider/session.ts'

type Source = DataSourceDefinition<Attributes, Session>

/** What is said of a configuration that sets these attributes: path and summary. */
async function told({ attributes, validate }: Source, config: Open<Attributes>) {
  const nothing = Object.fromEntries(Object.keys(attributes).map((name) => [name, null]))
  const found = (await validate?.({ ...nothing, ...config })) ?? []
  return found.map(({ path, summary }) => [path?.join('/'), summary])
}

describe('data sources check what the resource does', () => {
  test.each<[string, Source, Open<Attributes>, readonly (readonly [string, string])[]]>([
    [
      'a snapshot, all at once',
      snapshot,
      { architecture: 'x86', talos_version: 'v1.13', role: 'A b', labels: { 'a b': 'c', team: 'c d', open: UNKNOWN } },
      [
        ['talos_version', '"v1.13" is not a whole version'],
        ['role', '"A b" cannot be the name of a role'],
        ['labels/a b', '"a b" cannot be the key of a label'],
        ['labels/team', '"c d" cannot be the value of the label "team"'],
      ],
    ],
    [
      'a label of our own may be asked for',
      snapshot,
      { architecture: 'arm', talos_version: 'v1.13.9', labels: { 'talos-image/run': 'abcd2345' } },
      [],
    ],
    ['a minor version without v', versions, { minor: '1.13' }, [['minor', '"1.13" is not a minor version']]],
    ['an empty one', versions, { minor: '' }, [['minor', '"" is not a minor version']]],
    ['a whole one', versions, { minor: 'v1.13.9' }, [['minor', '"v1.13.9" is not a minor version']]],
    ['a right one', versions, { minor: 'v1.13' }, []],
    ['none', versions, {}, []],
    [
      'a version of extensions',
      extensions,
      { talos_version: '1.13' },
      [['talos_version', '"1.13" is not a Talos version']],
    ],
    ['which need not be whole', extensions, { talos_version: 'v1.13' }, []],
    [
      'a schematic with unknown fields, and a version',
      schematic,
      { schematic: { a: 1, b: { c: 2 } }, talos_version: 'latest' },
      [
        ['schematic', 'the field a is not known here'],
        ['schematic', 'the field b is not known here'],
        ['talos_version', '"latest" is not a whole version'],
      ],
    ],
  ])('%s', async (_, source, config, problems) => {
    expect(await told(source, config)).toEqual(problems)
  })
})
