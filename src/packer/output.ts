/** What Packer says with `-machine-readable`: a line each, as `timestamp,target,type,data,...`. */

/** A line of output; `other` for those that are not used. */
export type PackerLine =
  /** A message to people, about one target or the whole run. */
  | { readonly kind: 'message'; readonly isError: boolean; readonly target: string | undefined; readonly text: string }
  /** A target has ended; that is also said of one that was cancelled. */
  | { readonly kind: 'finished'; readonly target: string }
  | { readonly kind: 'failed'; readonly target: string; readonly message: string }
  | { readonly kind: 'artifact'; readonly target: string; readonly id: number }
  | { readonly kind: 'other' }

const OTHER: PackerLine = { kind: 'other' }
/** `==> hcloud.talos-arm: Creating server...`, or the same further in; a named build stands in front of the target. */
const OF_TARGET = /^\s*(?:==>|-->)?\s*((?:[\w-]+\.)+[\w-]+): ?([\s\S]*)$/
const ENDED = /^Build '([^']+)' (?:finished after|errored after [^:]*:\s*([\s\S]*))/

export function parsePackerLine(line: string): PackerLine {
  const [, target = '', type, ...data] = line.split(',').map(unescapeField)
  if (type === 'ui') return readMessage(data[0] ?? '', data.slice(1).join(','))
  if (target === '') return OTHER
  if (type === 'error') return { kind: 'failed', target, message: data.join(',') }
  const id = Number(data[2])
  if (type === 'artifact' && data[1] === 'id' && Number.isSafeInteger(id) && id > 0) {
    return { kind: 'artifact', target, id }
  }
  return OTHER
}

function readMessage(level: string, text: string): PackerLine {
  const [ended, ofBuild, message] = ENDED.exec(text) ?? []
  if (ended !== undefined && ofBuild !== undefined) {
    return message === undefined
      ? { kind: 'finished', target: ofBuild }
      : { kind: 'failed', target: ofBuild, message: message.trim() }
  }
  const [, target, words] = OF_TARGET.exec(text) ?? []
  return { kind: 'message', isError: level === 'error', target, text: words ?? text }
}

/** Commas and line breaks are written otherwise. */
function unescapeField(field: string): string {
  return field.replaceAll('%!(PACKER_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r')
}
