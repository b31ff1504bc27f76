import { expect, test } from 'vitest'
import { formatInputs } from '../../../../src/cli/render/inputs.ts'
import type { Inputs } from '../../../../src/config/inputs.ts'

const NONE: Inputs = { directory: null, templates: [], varFiles: [], settings: null, schematics: [] }

test.each<[Partial<Inputs>, string]>([
  [{}, 'Read no files, since there is no template here and no _packer: the defaults count'],
  [{ varFiles: ['a.hcl'] }, 'Read: a.hcl; no template, so the usual images'],
  [{ directory: '.', templates: ['a.pkr.hcl'] }, 'Read from this directory: a.pkr.hcl'],
  [{ directory: '_packer' }, 'Read from _packer: no template, so the usual images'],
  [
    {
      directory: '_packer',
      templates: ['_packer/a.pkr.hcl'],
      varFiles: ['_packer/b.auto.pkrvars.hcl', 'prod.pkrvars.hcl', '/etc/c.hcl'],
      settings: '_packer/talos-image.yaml',
      schematics: ['_packer/schematic.yaml'],
    },
    'Read from _packer: a.pkr.hcl, b.auto.pkrvars.hcl, ./prod.pkrvars.hcl, /etc/c.hcl, talos-image.yaml, schematic.yaml',
  ],
  [{ directory: 'a\u001bb' }, 'Read from a\\u001bb: no template, so the usual images'],
])('what was read: %j', (change, text) => {
  expect(formatInputs({ ...NONE, ...change })).toBe(text)
})
