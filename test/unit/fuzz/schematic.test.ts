/** Schematics that were made wrong. */

import { canonicalText, schematicId } from 'talos-schematic'
import { expect, it, vi } from 'vitest'
import { parseSchematic } from '../../../src/plan/schematic-file.ts'
import { mutateBytes, mutateJson, mutateText } from './mutate.ts'
import { checkPositions } from './position.ts'
import { fuzz, type Random } from './random.ts'
import { problemsOf } from './verdict.ts'

vi.setConfig({ testTimeout: 60_000 })

const YAML = [
  `# A schematic with every field.
owner: alice
overlay: { image: siderolabs/sbc-raspberrypi, name: rpi_generic, options: { serial: true, size: 0x10 } }
customization:
  extraKernelArgs:
    - net.ifnames=0
    - "console=\\u0041 \\x41"
    - 'it''s'
  meta:
    - key: 12
      value: |
        several
          lines
  systemExtensions:
    officialExtensions: [siderolabs/gvisor, &other siderolabs/qemu-guest-agent, *other]
  bootloader: sd-boot
  secureboot:
    enrollKeys: force
    includeWellKnownCertificates: true
  diskImage:
    sectorSize: 4096
`,
  'customization: {<<: {bootloader: grub}, extraKernelArgs: [2026-08-01, .inf, 1_000, 0o17, ~, !!str 1]}\n',
  '{"customization": {"systemExtensions": {"officialExtensions": ["siderolabs/gvisor"]}}}',
] as const

const DOCUMENT = {
  owner: 'alice',
  overlay: { image: 'x', name: 'y', options: { serial: true, list: [1, 'two', null], deep: { a: 1.5 } } },
  customization: {
    embeddedMachineConfiguration: 'version: v1alpha1\n',
    extraKernelArgs: ['a', 'b=c'],
    meta: [{ key: 10, value: 'x' }],
    systemExtensions: { officialExtensions: ['siderolabs/gvisor'] },
    bootloader: 'grub',
    secureboot: { enrollKeys: 'force', includeWellKnownCertificates: true },
    diskImage: { sectorSize: 512 },
  },
}

async function tryText(text: string): Promise<void> {
  const problems = await problemsOf(() => {
    const { schematic } = parseSchematic(text, 'schematic.yaml')
    // What was understood is understood the same way again.
    const canonical = canonicalText(schematic)
    expect(schematicId(parseSchematic(canonical, 'canonical').schematic)).toBe(schematicId(schematic))
  })
  checkPositions(problems, { 'schematic.yaml': text })
}

it.each<[string, number, (random: Random) => string]>([
  ['text', 600, (random) => mutateText(random, random.pick(YAML))],
  ['bytes', 200, (random) => Buffer.from(mutateBytes(random, Buffer.from(random.pick(YAML)))).toString()],
  ['structure', 200, (random) => JSON.stringify(mutateJson(random, DOCUMENT)) ?? ''],
])('a schematic with another %s is read as what it says, or refused where it stands', async (_, count, make) => {
  await fuzz(count, (random) => tryText(make(random)))
})
