/** `talos-image external`: the other end of Terraform's `external` data source. */

import { formatOrigin, type Problem, TalosImageError, throwProblems } from '../../errors.ts'
import { toExternalResult } from '../../report/snapshot.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import { type CloudOptions, findCloudProblems, openCloud } from '../cloud.ts'
import { EXIT } from '../exit-codes.ts'
import { type ExternalQuery, parseExternalQuery } from '../external-query.ts'
import type { Io } from '../io.ts'
import { writeJson } from '../output.ts'
import { readInput } from '../read-input.ts'
import { selectSnapshot } from '../selection.ts'

/** A query is a handful of short texts. */
const LONGEST_QUERY_BYTES = 64 * 1024
/** Terraform gives its query at once. */
const QUERY_MS = 60_000

type ExternalFlags = Pick<CloudOptions, 'sandbox' | 'factoryUrl'>

/** Prints the snapshot that is asked for, and nothing else; the exit code is 0 or 1, since the protocol knows no other. */
export async function runExternal(io: Io, flags: ExternalFlags): Promise<number> {
  try {
    await answer(io, flags)
    return EXIT.success
  } catch (error) {
    if (!(error instanceof TalosImageError)) throw error
    for (const problem of error.problems) io.err(formatLine('error', problem))
    return EXIT.failed
  }
}

async function answer(io: Io, flags: ExternalFlags): Promise<void> {
  if (io.stdinIsTerminal) throw new TalosImageError(FOR_TERRAFORM)
  const text = await readInput(io, { what: 'the query', mostBytes: LONGEST_QUERY_BYTES, timeoutMs: QUERY_MS })
  const query = parseExternalQuery(text)
  throwProblems(findCloudProblems(io, flags))
  const cloud = await openCloud(io, flags)
  try {
    const { selector, architecture } = query
    const input = { selector, architecture, at: 'query selector', signal: io.signal }
    const { selected, warnings } = await selectSnapshot(cloud, input)
    if (selected === undefined) throw nothingMatches(query, flags)
    for (const warning of warnings) io.err(formatLine('warning', warning))
    writeJson(io, toExternalResult(selected, selector, cloud.factoryUrl))
  } finally {
    await cloud.close()
  }
}

const FOR_TERRAFORM: Problem = {
  code: 'usage',
  message: 'the query is read from standard input, which is a terminal',
  hint: `Terraform's external data source calls this; by hand: echo '{"architecture": "x86"}' | talos-image external`,
}

/** What to run, as far as it follows from the query. */
function nothingMatches({ selector, architecture, role, talosVersion }: ExternalQuery, flags: ExternalFlags): Error {
  const words = [
    ...(role === undefined || role === null ? [] : [role]),
    `--arch ${architecture}`,
    ...(talosVersion === undefined ? [] : [`--var talos_version=${talosVersion}`]),
    ...(flags.sandbox === true ? ['--sandbox'] : []),
  ]
  return new TalosImageError({
    code: 'not-found',
    message: `no ${architecture} snapshot matches "${selector}"`,
    hint: `build it: talos-image build ${words.join(' ')}`,
  })
}

/** One line a problem: Terraform shows it in the middle of a message of its own. */
function formatLine(kind: 'error' | 'warning', { at, message, hint }: Problem): string {
  const where = formatOrigin(at)
  const parts = [`${kind}: ${where === '' ? '' : `${where}: `}${message}`, ...(hint === undefined ? [] : [hint])]
  return `${printable(redact(parts.join('; '))).replaceAll(/\s*\n\s*/g, ' ')}\n`
}
