/** Actions that several kinds of resources have. */

import * as v from 'valibot'
import { atEnd } from './action-engine.ts'
import type { CloudContext } from './context.ts'
import { isProtected } from './errors.ts'
import type { Call } from './resource.ts'
import type { ResourceRef, Row, Table } from './table.ts'

/** Starts an action on a row, and gives it in wire form; the change is made when it ends. */
export function startAction<T extends Row>(
  { engine }: CloudContext,
  table: Table<T>,
  row: T,
  command: string,
  change: () => unknown,
  alsoAbout: readonly ResourceRef[] = [],
) {
  const resources = [table.ref(row), ...alsoAbout]
  return engine.start({ project: row.project, command, resources, work: atEnd(change) }).shown
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

/** @throws ApiFault 423 */
export function requireUnprotected({ protection }: ProtectableRow, title: string): void {
  if (protection.delete) throw isProtected(title)
}
