/** What the command loads before it knows what it is asked for: each package more is felt by everything that it does. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const IMPORT = /^(?:import|export) (?!type )(?:[^'"]*? from )?'([^']+)'/gm

/** The packages that a source needs as soon as it is loaded. */
function packagesOf(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return []
  seen.add(file)
  const names = [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, name = '']) => name)
  return names.flatMap((name) => (name.startsWith('.') ? packagesOf(join(dirname(file), name), seen) : [name]))
}

test('the command starts with nothing but its arguments', () => {
  const packages = new Set(packagesOf('src/cli/main.ts').filter((name) => !name.startsWith('node:')))
  expect([...packages].toSorted()).toEqual([
    'commander',
    'fastest-levenshtein',
    'hcloud-sandbox/errors',
    'hcloud-sandbox/home',
    'hcloud-sandbox/machines',
    'talos-schematic/errors',
  ])
})
