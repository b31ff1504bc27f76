/** `talos-image external`: the other end of Terraform's `external` data source. */

import { ARCHITECTURE_WORDS } from '../../domain.ts'
import { formatOrigin, type Problem, TalosImageError } from '../../errors.ts'
import { selectSnapshot } from '../../library/select-snapshot.ts'
import { toExternalResult } from '../../report/snapshot.ts'
import { printable } from '../../util/printable.ts'
import { redact } from '../../util/redact.ts'
import { defineCommand } from '../define-command.ts'
import { EXIT } from '../exit-codes.ts'
import { type ExternalQuery, parseExternalQuery } from '../external-query.ts'
import { format } from '../formats/json.ts'
import { asCalled } from '../invocation.ts'
import type { Io } from '../io.ts'
import { openProject } from '../open-project.ts'
import { readInput } from '../read-input.ts'
import { cloudFlags } from '../shared-flags.ts'

/** A query is a handful of short texts. */
const LONGEST_QUERY_BYTES = 64 * 1024
/** Terraform gives its query at once. */
const QUERY_MS = 60_000

export const command = defineCommand({
  description: "Answer Terraform's external data source: which snapshot it is. Makes nothing.",
  notes: `Reads a query on standard input, a JSON object of text:
  architecture   ${ARCHITECTURE_WORDS}
  role           such as worker; none, or left out: generic images
  selector       a Hetzner label selector, in the place of a role
  talos_version  a whole version, such as v1.13.9; left out: the newest snapshot

Prints one JSON object of text: image_id, selector, architecture, role,
talos_version, schematic, installer, description, created, disk_gb.
Errors go to standard error, and the exit code is 1.`,
  examples: [
    `echo '{"architecture": "x86"}' | talos-image external`,
    `echo '{"architecture": "arm", "role": "worker"}' | talos-image external`,
  ],
  parameters: { '--sandbox': cloudFlags['--sandbox'], '--factory-url <url>': cloudFlags['--factory-url <url>'] },
  // The protocol knows no exit code but 0 and 1.
  run: async (io, { sandbox = false, factoryUrl }) => {
    try {
      return { text: await answer(io, sandbox, factoryUrl) }
    } catch (error) {
      if (!(error instanceof TalosImageError)) throw error
      for (const problem of error.problems) io.err(formatLine('error', problem))
      return { text: '', exitCode: EXIT.failed }
    }
  },
})

async function answer(io: Io, sandbox: boolean, factoryUrl: string | undefined): Promise<string> {
  if (io.stdinIsTerminal) throw new TalosImageError(FOR_TERRAFORM)
  const text = await readInput(io, { what: 'the query', mostBytes: LONGEST_QUERY_BYTES, timeoutMs: QUERY_MS })
  const query = parseExternalQuery(text)
  await using cloud = await openProject(io, { sandbox, ...(factoryUrl === undefined ? {} : { factoryUrl }) })
  const { selector, architecture } = query
  const input = { selector, architecture, at: { kind: 'flag', name: 'query selector' } as const, signal: io.signal }
  const { selected, warnings } = await selectSnapshot(cloud, input)
  if (selected === undefined) throw nothingMatches(query)
  for (const warning of warnings) io.err(formatLine('warning', warning))
  return redact(format(toExternalResult(selected, selector, cloud.factoryUrl)))
}

const FOR_TERRAFORM: Problem = {
  code: 'usage',
  message: 'the query is read from standard input, which is a terminal',
  hint: `Terraform's external data source calls this; by hand: \`echo '{"architecture": "x86"}' | talos-image external\``,
}

/** What to run, as far as it follows from the query. */
function nothingMatches({ selector, architecture, role, talosVersion }: ExternalQuery): Error {
  const words = [
    ...(role === undefined || role === null ? [] : [role]),
    `--arch ${architecture}`,
    ...(talosVersion === undefined ? [] : [`--var talos_version=${talosVersion}`]),
  ]
  return new TalosImageError({
    code: 'not-found',
    message: `no ${architecture} snapshot matches "${selector}"`,
    hint: `build it: \`talos-image build ${words.join(' ')}\``,
  })
}

/** One line a problem: Terraform shows it in the middle of a message of its own. */
function formatLine(kind: 'error' | 'warning', { at, message, hint }: Problem): string {
  const where = formatOrigin(at)
  const parts = [
    `${kind}: ${where === '' ? '' : `${where}: `}${message}`,
    ...(hint === undefined ? [] : [asCalled(hint)]),
  ]
  return `${printable(redact(parts.join('; '))).replaceAll(/\s*\n\s*/g, ' ')}\n`
}
