/** A file with everything that a command asked for and was told, for a bug report. */

import { closeSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { escapeControls } from '../util/printable.ts'
import { redactedJson } from '../util/redact.ts'
import type { Trace } from '../util/trace.ts'
import { VERSION } from '../util/user-agent.ts'
import { openPrivate } from '../util/write-whole.ts'
import type { Io } from './io.ts'
import { notWritable } from './write-file.ts'

export interface DebugLog {
  readonly trace: Trace
  close(): void
}

/** A command prints little; a list of the API may be long. */
const LONGEST_LINE = 64 * 1024

/**
 * Opens the log anew: a line for each thing, as `TIME KIND JSON`, readable only by its owner. It is written at once, so that
 * it is whole up to the moment at which a process is killed.
 * @throws TalosImageError `usage` when it cannot be written
 */
export function openDebugLog(io: Io, path: string, flag: string): DebugLog {
  const file = openFor(io, path, flag)
  const write = (kind: string, details: unknown): void => {
    try {
      const text = escapeControls(redactedJson(details))
      const line = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}...` : text
      writeSync(file, `${new Date().toISOString()} ${kind} ${line}\n`)
    } catch {
      // A full disk, or an answer that nests too deeply, must not stop a build.
    }
  }
  write('start', { version: VERSION, node: process.version, platform: `${process.platform} ${process.arch}` })
  return { trace: write, close: () => closeSync(file) }
}

function openFor(io: Io, path: string, flag: string): number {
  try {
    return openPrivate(resolve(io.cwd, path))
  } catch (error) {
    throw notWritable(path, flag, error)
  }
}
