import { describe, expect, it } from 'vitest'
import { PLATFORMS } from '../../../src/machines/qemu/platform.ts'
import { describeSetups, type Setup } from '../../../src/machines/qemu/setup.ts'
import { toSystems } from '../../../src/machines/qemu/systems/make.ts'

const SYSTEMS = toSystems('/c', PLATFORMS.x86)
const KVM: Setup = { platform: PLATFORMS.x86, accelerator: { name: 'kvm', reason: undefined }, systems: SYSTEMS }
const TCG: Setup = {
  platform: PLATFORMS.arm,
  accelerator: { name: 'tcg', reason: 'because the processor of this computer is another' },
  systems: SYSTEMS,
}

describe('what people are told of their machines', () => {
  it.each([
    [
      { of: { x86: KVM, arm: TCG }, standIn: undefined },
      'Servers are machines in QEMU. x86 ones run with KVM. ' +
        'ARM ones are translated (TCG), which is slow, because the processor of this computer is another.',
    ],
    [
      { of: { x86: KVM, arm: KVM }, standIn: 'x86 machines stand in for ARM ones: qemu-system-arm is not installed.' },
      'Servers are machines in QEMU. x86 ones run with KVM. ' +
        'x86 machines stand in for ARM ones: qemu-system-arm is not installed.',
    ],
  ])('%#', (setups, words) => {
    expect(describeSetups(setups)).toBe(words)
  })
})
