/** What a boot test has shown, as people read it. */

import type { BootFactRecord, ResultSnapshot } from '../../report/result.ts'
import { formatRow } from './row.ts'
import { formatDuration } from './units.ts'

/** A line for each fact; nothing for a snapshot that was not booted. @param width of the terminal */
export function formatBootTest({ id, bootTest }: Pick<ResultSnapshot, 'id' | 'bootTest'>, width: number): string {
  if (bootTest?.facts == null) return ''
  const { facts, seconds, fingerprint } = bootTest
  const rows = [
    ...Object.entries(facts).map(([name, fact]) => [name, formatFact(fact)] as const),
    ['certificate', fingerprint ?? ''],
  ] as const
  const lines = rows.flatMap(([name, value]) => formatRow(name, value, width))
  return [`Snapshot ${id} boots: Talos answered after ${formatDuration((seconds ?? 0) * 1000)}.`, ...lines, ''].join(
    '\n',
  )
}

function formatFact({ verdict, expected, found }: BootFactRecord): string {
  switch (verdict) {
    case 'proven':
      return expected === null ? `${found} (nothing says what it should be)` : `${found}, as it should be`
    case 'contradicted':
      return `${found} instead of ${expected}`
    case 'unreadable':
      return 'Talos does not tell'
  }
}
