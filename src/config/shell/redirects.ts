/** `<`, `>`, `2>&1`, here-documents: where a command reads, and where what it prints goes. */

import type { Redirect, Redirection } from 'unbash'
import { expandParts, expandText } from './expand.ts'
import type { Path, Setting } from './interpreter.ts'
import { joinOutput } from './paths.ts'
import { type Content, known, NOTHING, NotKnown, unknownContent, type Value } from './values.ts'

export interface Redirected {
  readonly input: Content
  /** Puts what was printed where it goes. */
  readonly finish: (paths: Path[]) => Path[]
}

type Take = (path: Path) => Path[]

export function redirect(redirects: readonly Redirection[], setting: Setting): Redirected {
  let { input } = setting
  let take: Take | undefined
  for (const one of redirects) {
    if (one.type === 'HereDoc') {
      const { parts, text } = one.body
      const written = parts === undefined ? { text } : expandParts(parts, setting)
      input = toContent(written, (whole) => (one.operator === '<<-' ? whole.replace(/^\t+/gm, '') : whole))
    } else if (one.type === 'HereString') {
      if (one.target !== undefined) input = toContent(expandText(one.target, setting), (text) => `${text}\n`)
    } else if (one.operator === '<') {
      if (one.target !== undefined) input = setting.world.read(known(expandText(one.target, setting)))
    } else if (one.operator === '<>') throw new NotKnown('"<>"')
    else if (one.operator !== '<&') take = toTaker(one, setting) ?? take
  }
  return { input, finish: (paths) => (take === undefined ? paths : paths.flatMap(take)) }
}

const toContent = ({ text, cause }: Value, change: (text: string) => string): Content =>
  cause === undefined ? { kind: 'text', text: change(text) } : { kind: 'unknown', cause }

/** @returns undefined when that does not concern what the command prints */
function toTaker({ operator, descriptor, target }: Redirect, setting: Setting): Take | undefined {
  const number = descriptor?.type === 'FileDescriptor' ? descriptor.value : undefined
  const isOutput = number === undefined || number === 1
  if (target === undefined || descriptor?.type === 'FileDescriptorVariable') throw new NotKnown(`"${operator}"`)
  const [part] = target.parts ?? []
  if (part?.type === 'ProcessSubstitution') {
    const { shell } = setting
    if (!isOutput) return undefined
    return ({ world, output, ...path }) =>
      shell
        .runSubshell(part.script?.commands ?? [], { ...setting, world, input: output, isCondition: false })
        .map((after) => ({ ...path, world: after.world, output: NOTHING }))
  }
  const to = expandText(target, setting)
  if (operator === '>&' && /^\d+$|^-$/.test(to.text)) {
    // To the messages, which go nowhere.
    return isOutput && to.text !== '1' ? (path) => [{ ...path, output: NOTHING }] : undefined
  }
  if (!isOutput) {
    put(to, unknownContent(`the messages in ${to.text}`), setting)
    return undefined
  }
  return (path) => {
    const { world, output } = path
    const before = operator.endsWith('>>') && to.cause === undefined ? world.find(to.text) : undefined
    put(to, before === undefined ? output : joinOutput(before, output), { ...setting, world })
    return [{ ...path, output: NOTHING }]
  }
}

function put(to: Value, content: Content, { world }: Setting): void {
  // The name of a file may depend on the time, unless the image goes into it.
  if (to.cause !== undefined && content.kind !== 'image' && !to.text.startsWith('/dev/')) return
  world.write(known(to), content)
}
