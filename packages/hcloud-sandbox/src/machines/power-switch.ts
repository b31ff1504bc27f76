/** Switching a machine on and off, one after the other, in the order in which it was asked for. */

import type { Clock } from '../clock.ts'
import type { BootTarget, Machine, MachineSpec } from './machine.ts'
import { createPowerTimers, type PowerTimers } from './power-timers.ts'

/** A machine that is on. */
export interface Running {
  /** Resolves when it has ended by itself, or was closed. */
  readonly ended: Promise<'poweroff' | 'reboot' | 'gone'>
  /** Ends it. Never fails. */
  close(): Promise<void>
}

export interface PowerOn {
  /** Aborts when the machine loses its power. */
  readonly off: AbortSignal
  readonly timers: PowerTimers
  losePower(): Promise<void>
}

/**
 * A machine that is off.
 * @param start switches it on; leaves nothing behind when it fails
 */
export function createPowerSwitch(
  spec: MachineSpec,
  clock: Clock,
  start: (target: BootTarget, on: PowerOn) => Promise<Running>,
): Machine {
  let current: { readonly off: AbortController; readonly running: Running } | undefined
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = turn.then(act)
    turn = result.catch(() => undefined)
    return result
  }

  const switchOn = async (target: BootTarget): Promise<void> => {
    if (current !== undefined) return
    const off = new AbortController()
    const isCurrent = () => current?.off === off
    const losePower = () => inTurn(async () => (isCurrent() ? switchOff() : undefined))
    const timers = createPowerTimers(clock, off.signal)
    const running = await start(target, { off: off.signal, timers, losePower }).catch((error: unknown) => {
      off.abort()
      throw error
    })
    current = { off, running }
    void running.ended.then((end) =>
      inTurn(async () => {
        if (!isCurrent()) return
        await switchOff()
        // Rescue is for one boot; the next one is that of the installed system.
        if (end === 'reboot') await switchOn({ ...target, system: 'disk' })
      }).catch(() => undefined),
    )
  }

  const switchOff = async (): Promise<void> => {
    const last = current
    current = undefined
    last?.off.abort()
    await last?.running.close()
  }

  return {
    spec,
    get running() {
      return current !== undefined
    },
    powerOn: (target) => inTurn(() => switchOn(target)),
    powerOff: () => inTurn(switchOff),
  }
}
