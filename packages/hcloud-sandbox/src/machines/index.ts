/**
 * All kinds of machines: a kind more is a folder and a line here. This loads no code of machines.
 * @module hcloud-sandbox/machines
 */

import { namespace } from './namespace/index.ts'
import { none } from './none/index.ts'
import { qemu } from './qemu/index.ts'

/** The first one is the default. */
export const MACHINE_KINDS = [namespace, qemu, none] as const

/** What the servers of a sandbox can be. */
export type MachineKindName = (typeof MACHINE_KINDS)[number]['name']
