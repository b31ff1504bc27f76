/** Files that other programs read of this repository: Renovate's settings, and GitHub's issue forms. */

import { readdirSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const read = (path: string): string => readFileSync(path, 'utf8')

const Versions = v.optional(v.record(v.string(), v.string()), {})
const Manifest = v.object({ dependencies: Versions, devDependencies: Versions })
const manifests = ['package.json', 'packages/hcloud-sandbox/package.json', 'packages/talos-schematic/package.json'].map(
  (path) => v.parse(Manifest, JSON.parse(read(path))),
)
const pinned = manifests.flatMap(({ dependencies, devDependencies }) =>
  Object.entries({ ...dependencies, ...devDependencies }),
)

const Rule = v.strictObject({
  description: v.string(),
  groupName: v.optional(v.string()),
  matchPackageNames: v.array(v.string()),
  matchFileNames: v.optional(v.array(v.string())),
  matchUpdateTypes: v.optional(v.array(v.picklist(['major', 'minor', 'patch']))),
  enabled: v.optional(v.boolean()),
})
const Settings = v.looseObject({ rangeStrategy: v.literal('pin'), packageRules: v.array(Rule) })

describe('dependencies', () => {
  const { packageRules } = v.parse(Settings, JSON.parse(read('renovate.json')))

  test('have exact versions', () => {
    expect(pinned.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  })

  test('that Renovate holds back for Node.js 20 are those that docs/dependencies.md names', () => {
    const names = packageRules.find(({ description }) =>
      description.includes('docs/dependencies.md'),
    )?.matchPackageNames
    const text =
      /^Some stay behind their newest major version[\s\S]*?\.$/m.exec(read('docs/dependencies.md'))?.[0] ?? ''
    expect(names?.toSorted()).toEqual([...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name).toSorted())
  })

  test('of which Renovate has a rule are there', () => {
    const known = new Set([...pinned.map(([name]) => name), 'node'])
    const named = packageRules
      .flatMap(({ matchPackageNames }) => matchPackageNames)
      // Patterns are of more than one.
      .filter((name) => !/[*/]/.test(name.replace(/^@[^/]+\//, '')))
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })
})

const Field = v.variant('type', [
  v.strictObject({ type: v.literal('markdown'), attributes: v.strictObject({ value: v.string() }) }),
  v.strictObject({
    type: v.picklist(['input', 'textarea', 'dropdown', 'checkboxes']),
    id: v.pipe(v.string(), v.regex(/^[a-z-]+$/)),
    attributes: v.strictObject({
      label: v.string(),
      description: v.optional(v.string()),
      placeholder: v.optional(v.string()),
      render: v.optional(v.string()),
      options: v.optional(v.array(v.union([v.string(), v.strictObject({ label: v.string() })]))),
    }),
    validations: v.optional(v.strictObject({ required: v.boolean() })),
  }),
])
const Form = v.strictObject({
  name: v.string(),
  description: v.string(),
  labels: v.array(v.string()),
  body: v.array(Field),
})

const FOLDER = '.github/ISSUE_TEMPLATE'
const forms = readdirSync(FOLDER).filter((name) => name !== 'config.yml')

test.each(forms)('the issue form %s is one that GitHub shows', (name) => {
  const { body } = v.parse(Form, parse(read(`${FOLDER}/${name}`)))
  const ids = body.flatMap((field) => (field.type === 'markdown' ? [] : [field.id]))
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(2)
})
