/** How long a build waits for each thing. */

import type { Architecture } from '../domain.ts'
import type { Placement } from '../plan/placement.ts'
import type { PlannedImage } from '../plan/plan.ts'

/** How long each wait of a build may take, in milliseconds. */
export interface Timeouts {
  /** Creating a server, or switching it on or off. */
  readonly actionMs: number
  /** Until the rescue system takes an SSH login; by default twice as long for ARM servers. */
  readonly sshMs: number
  /**
   * From power-on until it is looked at whether the server has gone past rescue, and between further looks; twice as long
   * for ARM servers.
   */
  readonly bootLookMs: number
  /** A short script, such as a look at the rescue system. */
  readonly commandMs: number
  /** Transferring, unpacking and writing the disk. */
  readonly writeMs: number
  /** How long the write may go on without any output. */
  readonly silenceMs: number
  /** Reading the disk back. */
  readonly verifyMs: number
  /** Taking the snapshot. */
  readonly snapshotMs: number
  /** From power-on until Talos answers, in a boot test; it is booted twice at most. */
  readonly bootTestMs: number
  /** How long to look for a resource whose creation ended without an answer. */
  readonly settleMs: number
  /** Removing one resource; longer than a running snapshot, which locks the server. */
  readonly removeMs: number
}

const MINUTE_MS = 60_000

/** @internal */
export const TIMEOUTS: Timeouts = {
  actionMs: 5 * MINUTE_MS,
  sshMs: 5 * MINUTE_MS,
  bootLookMs: 45_000,
  commandMs: MINUTE_MS,
  writeMs: 30 * MINUTE_MS,
  silenceMs: 10 * MINUTE_MS,
  verifyMs: 20 * MINUTE_MS,
  snapshotMs: 30 * MINUTE_MS,
  bootTestMs: 5 * MINUTE_MS,
  settleMs: 12_000,
  removeMs: 35 * MINUTE_MS,
}

/**
 * The waits of a boot. ARM servers were seen to need minutes for rescue. Source: terraform-provider-hcloud #667.
 * @internal
 */
export function bootTimesFor(
  architecture: Architecture,
  { sshMs, bootLookMs }: Timeouts,
): Pick<Timeouts, 'sshMs' | 'bootLookMs'> {
  if (architecture === 'x86') return { sshMs, bootLookMs }
  return { sshMs: sshMs === TIMEOUTS.sshMs ? 2 * sshMs : sshMs, bootLookMs: 2 * bootLookMs }
}

/** How long to wait for servers to be in stock. */
export interface StockPatience {
  /** Milliseconds, up to 24 hours; 0 for not at all. */
  readonly waitMs: number
  /** Looks up what is in stock for an image; see {@link lookUpPlacements}. */
  readonly look: (image: PlannedImage, signal: AbortSignal) => Promise<readonly Placement[]>
  /** Whether an older snapshot of the same series is good enough when nothing is in stock; false by default. */
  readonly allowOlder?: boolean
  /** Whether a snapshot is published without the boot test that was asked for when no server for it is in stock; false by default. */
  readonly allowUnproven?: boolean
}
