/** What a page is made of: an image that was built, one that existed, and one that failed. */

import type { PageInput } from '../../../../../src/cli/render/page/page.ts'
import { toResultDocument } from '../../../../../src/report/result.ts'
import { built, existing, FACTORY, failed, imageAt, result, rolesPlan } from '../../../report/fixture.ts'
import { timeline } from '../timeline-fixture.ts'

/** @param words are added to every text that may come from others */
export function pageInput(words = ''): PageInput {
  const plan = rolesPlan()
  const outcome = {
    ...result(built(imageAt(plan, 0), 1), failed(imageAt(plan, 1)), existing(imageAt(plan, 2), 3)),
    leftovers: [{ name: 'server 5', command: 'hcloud server delete 5', reason: 'locked' }],
  }
  const { images, notes, ...times } = timeline()
  const documents = {
    result: {
      ...toResultDocument(outcome, 'v1.12.2', FACTORY),
      timeline: { ...times, notes, images: images.map((one, index) => ({ ...one, image: imageAt(plan, index).name })) },
    },
    images: plan.images.slice(0, 3),
    warnings: [{ code: 'usage' as const, message: 'the version is old', hint: 'take another' }],
  }
  const { result: document, images: planned, warnings } = addWords(documents, words)
  return {
    results: [document],
    planned: {
      talosVersion: document.talosVersion,
      images: planned.map(({ name }) => name),
      projects: [{ project: undefined, plan: { ...plan, images: planned, warnings } }],
      warnings,
    },
  }
}

/** Words of this program, which are what they are. */
const FIXED: ReadonlySet<string> = new Set([
  'step',
  'outcome',
  'status',
  'code',
  'kind',
  'architecture',
  'began',
  'compression',
])

/** The value with words at the end of each text. */
function addWords<T>(value: T, words: string): T {
  return words === ''
    ? value
    : JSON.parse(JSON.stringify(value, (key, one) => (typeof one === 'string' && !FIXED.has(key) ? one + words : one)))
}
