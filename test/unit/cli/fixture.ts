/** The process as commands see it, with nothing of the real one. */

import { Readable } from 'node:stream'
import type { Io } from '../../../src/cli/io.ts'

export interface TestIo extends Io {
  /** What was written as results, and as everything else. */
  readonly results: readonly string[]
  readonly errors: readonly string[]
}

export function testIo(change: Partial<Io> = {}): TestIo {
  const results: string[] = []
  const errors: string[] = []
  return {
    results,
    errors,
    env: { HCLOUD_TOKEN: 'token-of-a-test' },
    cwd: '/nowhere',
    home: '/nowhere',
    out: (text) => results.push(text),
    err: (text) => errors.push(text),
    command: (text) => errors.push(text),
    stdin: Readable.from([]),
    stdinIsTerminal: false,
    errIsTerminal: false,
    errStyle: { colors: false, ascii: false },
    columns: () => 80,
    outColumns: () => Number.POSITIVE_INFINITY,
    errColumns: () => Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    onPause: () => undefined,
    onSecondSignal: () => undefined,
    giveUp: () => undefined,
    endsBySignal: () => undefined,
    ...change,
  }
}
