/**
 * Newer versions of Packer's plugin refuse to build when there is a snapshot with the description of the new one, and with
 * -force they delete that. But the images of both roles have the same description, and so does every build of a version.
 * So Packer is not told of such snapshots. Source: what the plugin looks at before everything else, since 2021.
 */

import * as v from 'valibot'

const Answer = v.looseObject({ images: v.array(v.looseObject({ description: v.optional(v.unknown()) })) })

/**
 * The answer without them, where it is the list that the plugin looks through: of all snapshots, by no other criterion.
 * @param query without the question mark
 */
export function withoutSameName(
  method: string,
  path: string,
  query: string,
  answer: string,
  descriptions: ReadonlySet<string>,
): string {
  const asked = new URLSearchParams(query)
  const isList = method === 'GET' && path === '/images' && asked.get('type') === 'snapshot'
  if (!isList || asked.has('label_selector') || asked.has('name')) return answer
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Answer), answer)
  if (!parsed.success) return answer
  const images = parsed.output.images.filter(({ description }) => !descriptions.has(String(description)))
  return JSON.stringify({ ...parsed.output, images })
}
