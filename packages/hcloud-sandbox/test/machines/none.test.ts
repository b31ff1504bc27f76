import { describe, expect, it } from 'vitest'
import { NO_FAULTS } from '../../src/machines/faults.ts'
import type { BootTarget, MachineSpec } from '../../src/machines/machine.ts'
import { createNoMachines } from '../../src/machines/none/machines.ts'
import { createManualClock } from './manual-clock.ts'

const SPEC: MachineSpec = {
  id: 1,
  name: 'nothing',
  architecture: 'arm',
  address: '127.0.0.1',
  sshPort: 1,
  talosPort: 2,
  diskFile: '/nowhere',
}
const TARGET: BootTarget = { system: 'rescue', authorizedKeys: [], rootPassword: '' }

describe('a machine that is none', () => {
  it('has power or not, and tells of its boots', async () => {
    const boots: unknown[] = []
    const machine = createNoMachines((spec, target) => boots.push([spec, target])).create(SPEC)
    await machine.powerOn(TARGET)
    await machine.powerOn(TARGET)
    expect(machine.running).toBe(true)
    await machine.powerOff()
    await machine.powerOff()
    expect(machine.running).toBe(false)
    expect(boots).toEqual([[SPEC, TARGET]])
  })

  it('loses its power when a fault says so, and can be switched on again', async () => {
    const clock = createManualClock()
    const boots = [{ losePowerMs: 500 }, {}]
    const faults = { ...NO_FAULTS, atBoot: () => boots.shift() ?? {} }
    const machine = createNoMachines(undefined, { faults, clock }).create(SPEC)
    await machine.powerOn(TARGET)
    clock.wake(500)
    await expect.poll(() => machine.running).toBe(false)
    await machine.powerOn(TARGET)
    expect(machine.running).toBe(true)
    expect(clock.sleepers).toHaveLength(1)
  })

  it('is not switched off by a fault of the boot before', async () => {
    const clock = createManualClock()
    const boots = [{ losePowerMs: 500 }, { losePowerMs: Number.POSITIVE_INFINITY }]
    const faults = { ...NO_FAULTS, atBoot: () => boots.shift() ?? {} }
    const machine = createNoMachines(undefined, { faults, clock }).create(SPEC)
    await machine.powerOn(TARGET)
    await machine.powerOff()
    await machine.powerOn(TARGET)
    expect(clock.sleepers).toMatchObject([{ ms: 500, signal: { aborted: true } }])
    clock.wake(500)
    await Promise.resolve()
    expect(machine.running).toBe(true)
  })
})
