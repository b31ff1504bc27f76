/** Gives a schematic to the Image Factory, and compares what the Factory made of it. */

import { createHash } from 'node:crypto'
import { canonicalText, type FreeValue, type ParsedSchematic, parseSchematic, schematicId } from 'talos-schematic'
import { type Problem, TalosImageError } from '../errors.ts'
import type { FactoryClient } from '../factory/client.ts'
import { FactoryFailure } from '../factory/transport.ts'
import type { SchematicFile } from './request.ts'
import { findUnknownFields } from './schematic-file.ts'

/** The schematic of images for which none was given. */
const DEFAULT: SchematicFile = {
  file: 'the default schematic',
  parsed: parseSchematic('customization: {}\n', 'the default schematic'),
}

export interface Submitted {
  /** The Factory's: the one that its images have. */
  readonly id: string
  readonly warnings: readonly Problem[]
  /** That the Factory added an owner, as one with authentication always does. */
  readonly owner?: Problem
}

/**
 * Submits a schematic, or the one that changes nothing. Another ID than its own is taken when it is that of the same document:
 * the canonical text depends on the YAML library of the Factory's release.
 * @throws TalosImageError `schematic` when the Factory made another document of it; `factory` when it refuses it
 */
export async function submitSchematic(
  schematic: SchematicFile | undefined,
  { factory, signal }: { readonly factory: FactoryClient; readonly signal?: AbortSignal | undefined },
): Promise<Submitted> {
  const { file, parsed } = schematic ?? DEFAULT
  const text = parsed.unknown.length > 0 ? parsed.text : canonicalText(parsed.schematic)
  const answer = await factory.submitSchematic(text, signal).catch((error: unknown) => {
    throw toPlaced(error, { file, parsed })
  })
  const expected = parsed.unknown.length > 0 ? undefined : schematicId(parsed.schematic)
  const warnings = findUnknownFields({ file, parsed })
  switch (judge(parsed, expected, answer)) {
    case 'same':
      return { id: answer.id, warnings }
    case 'owned':
      return { id: answer.id, warnings, owner: owned(file, answer.id, expected) }
    case 'rewritten':
      return { id: answer.id, warnings: [...warnings, rewritten(file, answer.id, expected)] }
    case 'different':
      throw different(file, answer.id, expected)
  }
}

/** A refusal of a schematic with unknown fields stands at the first of them, which is the likely reason. */
function toPlaced(error: unknown, { file, parsed: { unknown } }: SchematicFile): unknown {
  const [first] = unknown
  if (first === undefined || !(error instanceof FactoryFailure) || error.status !== 400) return error
  return new TalosImageError({
    code: 'schematic',
    message: error.message,
    at: { kind: 'file', file, ...first.at },
    hint: `this Image Factory may not know the field "${first.path}", as this version of talos-image does not: leave it out`,
  })
}

interface Answer {
  readonly id: string
  readonly schematic: string | undefined
}

type Verdict =
  | 'same'
  /** A Factory with authentication adds the owner to the document, so its ID is another one. */
  | 'owned'
  /** The same document in another style, under the ID of that text. */
  | 'rewritten'
  | 'different'

function judge(sent: ParsedSchematic, expected: string | undefined, { id, schematic }: Answer): Verdict {
  if (id === expected) return 'same'
  const answered = schematic === undefined ? undefined : tryParse(schematic)
  if (answered === undefined || toMeaning(answered) !== toMeaning(sent)) return 'different'
  if (sent.schematic.owner === '' && answered.schematic.owner !== '') return 'owned'
  if (sent.schematic.owner !== answered.schematic.owner) return 'different'
  if (
    createHash('sha256')
      .update(schematic ?? '')
      .digest('hex') !== id
  )
    return 'different'
  return expected === undefined ? 'same' : 'rewritten'
}

function tryParse(text: string): ParsedSchematic | undefined {
  try {
    return parseSchematic(text, 'answer')
  } catch {
    return undefined
  }
}

/** What a document says, its owner aside; the order of unknown fields says nothing. */
function toMeaning({ schematic, unknown }: ParsedSchematic): string {
  const fields = unknown.map(({ path, value }) => `${path} ${JSON.stringify(sorted(value))}`).sort()
  return [canonicalText({ ...schematic, owner: '' }), ...fields].join('\n')
}

function sorted(value: FreeValue): FreeValue {
  if (value.kind === 'list') return { kind: 'list', items: value.items.map(sorted) }
  if (value.kind !== 'map') return value
  const entries = value.entries.map(([key, one]) => [key, sorted(one)] as const)
  return { kind: 'map', entries: entries.sort(([a], [b]) => JSON.stringify(a).localeCompare(JSON.stringify(b))) }
}

function owned(file: string, id: string, expected: string | undefined): Problem {
  return {
    code: 'schematic',
    message: `the Image Factory gave the schematic the ID ${id}${butContent(expected)}`,
    at: { kind: 'file', file },
    hint: "the Factory added an owner to it; the Factory's ID is used",
  }
}

function rewritten(file: string, id: string, expected: string | undefined): Problem {
  return {
    code: 'schematic',
    message: `the Image Factory gave the schematic the ID ${id}${butContent(expected)}`,
    at: { kind: 'file', file },
    hint: "it is the same document, as another release of the Factory writes it; the Factory's ID is used",
  }
}

function different(file: string, id: string, expected: string | undefined): TalosImageError {
  return new TalosImageError({
    code: 'schematic',
    message: `the Image Factory gave the schematic the ID ${id}${butContent(expected)}, and its answer is not the same document`,
    at: { kind: 'file', file },
    hint: `the Factory may not know a field of it; see what it has made of the file: \`talos-image schematic show ${id}\``,
  })
}

const butContent = (expected: string | undefined): string =>
  expected === undefined ? '' : `, but its content has the ID ${expected}`
