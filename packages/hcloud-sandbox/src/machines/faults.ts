/** What can go wrong with a machine: machines ask, and do what the answer says. */

import type { MachineSpec } from './machine.ts'

/** What goes wrong with one boot. */
export interface BootFaults {
  /** Until then, in milliseconds from power-on, SSH connections are refused; `Infinity`: always. */
  readonly refuseSshMs?: number | undefined
  /** The machine loses its power this many milliseconds after power-on. */
  readonly losePowerMs?: number | undefined
  /** Discarding blocks succeeds and does nothing. */
  readonly ignoreDiscard?: boolean | undefined
}

/**
 * What goes wrong with one connection to SSH: it is reset at once, accepted and never answered, every login is denied, or the
 * host key is another one than before.
 */
export type ConnectionFault = 'reset' | 'silent' | 'deny' | 'new-host-key'

/** What goes wrong with one command. */
export interface CommandFaults {
  /** The connection is cut this many milliseconds after the command has begun; the command is killed, as by sshd. */
  readonly dropMs?: number | undefined
  /** The command is never started, and nothing ever comes of it. */
  readonly stall?: boolean | undefined
  /** The machine loses its power this many milliseconds after the command has begun. */
  readonly losePowerMs?: number | undefined
  /** When the command has ended, before the client learns of it, the byte of the disk at this offset is another one. */
  readonly corruptByte?: number | undefined
}

/** What goes wrong with Talos on a machine that boots a disk with it. */
export interface TalosFaults {
  /** Until then, in milliseconds from power-on, nothing answers; `Infinity`: never. */
  readonly refuseMs?: number | undefined
  /** How much later than usual it answers, in milliseconds. */
  readonly delayMs?: number | undefined
  /** Calls are never answered. */
  readonly isSilent?: boolean | undefined
  /** Something else with TLS answers in its place. */
  readonly isOtherService?: boolean | undefined
  /** It is of another version than its disk. */
  readonly isOtherVersion?: boolean | undefined
}

/** Asked at the moment when it would happen; an answer counts as used, so each moment is asked for once. */
export interface MachineFaults {
  /** Asked at each power-on. */
  atBoot(machine: MachineSpec): BootFaults
  /** Asked when a disk with Talos is booted, by machines that play it. */
  atTalos(machine: MachineSpec): TalosFaults
  /** Asked for each connection to SSH. */
  atConnection(machine: MachineSpec): ConnectionFault | undefined
  /** Asked when a command begins, with its text. Only machines that can see commands ask. */
  atCommand(machine: MachineSpec, command: string): CommandFaults
}

/** What goes wrong with a boot into the rescue system; the cloud asks, since it decides what a machine boots. */
export interface RescueFaults {
  /** The server goes past it: it runs what is on its disk, rescue stays enabled, and is used up nevertheless. */
  readonly isIgnored?: boolean
  /** The root password that the API told is set nowhere in it. */
  readonly hasNoPassword?: boolean
  /** Another machine answers in its place: it lets everybody in who may come in, and has another root password. */
  readonly isImposter?: boolean
  /** Over IPv6 it answers at another address of the server's network than the first. */
  readonly hasOtherAddress?: boolean
  /** SSH listens at another port: see `OTHER_SSH_PORT_BY`. */
  readonly hasOtherPort?: boolean
  /** It answers so much later, in milliseconds. */
  readonly delayMs?: number
}

/** How far the other port of SSH is from the usual one, as 222 is from 22. */
export const OTHER_SSH_PORT_BY = 200

/** Nothing ever goes wrong. */
export const NO_FAULTS: MachineFaults = {
  atBoot: () => ({}),
  atTalos: () => ({}),
  atConnection: () => undefined,
  atCommand: () => ({}),
}
