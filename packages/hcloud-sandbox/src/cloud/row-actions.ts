/** Actions that several kinds of resources have. */

import * as v from 'valibot'
import { atEnd } from './action-engine.ts'
import type { CloudContext } from './context.ts'
import { isProtected, locked } from './errors.ts'
import type { Call } from './resource.ts'
import type { ResourceRef, Row, Table } from './table.ts'

/** @throws ApiFault 423, 409 when an action runs on one of these */
export function requireUnlocked({ engine }: CloudContext, ...resources: readonly ResourceRef[]): void {
  const busy = resources.find((one) => engine.isLocked(one))
  if (busy !== undefined) throw locked(busy)
}

/**
 * Starts an action on a row, and gives it in wire form; the change is made when it ends.
 * @throws ApiFault 423, 409 when another action runs on the row, or on what else it is about
 */
export function startAction<T extends Row>(
  cloud: CloudContext,
  table: Table<T>,
  row: T,
  command: string,
  change: () => unknown,
  alsoAbout: readonly ResourceRef[] = [],
) {
  const resources = [table.ref(row), ...alsoAbout]
  requireUnlocked(cloud, ...resources)
  return cloud.engine.start({ project: row.project, command, resources, work: atEnd(change) }).shown
}

/** A column of rows that can be protected from being deleted. */
export const PROTECTABLE = {
  protection: v.optional(v.object({ delete: v.boolean() }), () => ({ delete: false })),
}
interface ProtectableRow extends Row {
  readonly protection: { delete: boolean }
}

const ProtectionInput = v.object({ delete: v.optional(v.boolean('Not a valid boolean.')) })

/** `change_protection` */
export const protectionAction =
  <T extends ProtectableRow>(table: Table<T>) =>
  async (row: T, { cloud, body }: Call) => {
    const input = await body(ProtectionInput)
    const change = () => {
      row.protection.delete = input.delete ?? row.protection.delete
    }
    return { action: startAction(cloud, table, row, 'change_protection', change) }
  }

/** @throws ApiFault 423, 409 when a row is protected, or an action runs on it */
export function requireRemovable<T extends ProtectableRow>(cloud: CloudContext, table: Table<T>, row: T): void {
  if (row.protection.delete) throw isProtected(table.title)
  requireUnlocked(cloud, table.ref(row))
}
