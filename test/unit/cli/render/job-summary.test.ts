import { expect, test } from 'vitest'
import { formatJobSummary } from '../../../../src/cli/render/job-summary.ts'
import { toResultDocument } from '../../../../src/report/result.ts'
import { built, existing, FACTORY, failed, imageAt, result, rolesPlan } from '../../report/fixture.ts'
import { timeline } from './timeline-fixture.ts'

const plan = rolesPlan()
const summarize = (outcome: ReturnType<typeof result>) =>
  formatJobSummary(toResultDocument(outcome, 'v1.12.2', FACTORY))

test('a job summary has the snapshots, what failed, what was left behind, and the text for Terraform', () => {
  const outcome = {
    ...result(built(imageAt(plan, 2), 1), existing(imageAt(plan, 3), 22), failed(imageAt(plan, 0))),
    leftovers: [{ name: 'server 5', command: 'hcloud server delete 5', reason: 'locked' }],
  }
  const text = summarize(outcome)
  expect(text.slice(0, text.indexOf('<details>'))).toBe(`### Talos v1.12.2: 2 of 3 snapshots

| Snapshot | Architecture | Role | Talos | Size | Time | Selector |
| --- | --- | --- | --- | --- | --- | --- |
| <code>1</code> | arm | worker | v1.12.2 | 0.20 GB | 1 min 32 s | <code>os=talos,role=worker,version=v1.12.2</code> |
| <code>22</code> | x86 | worker | v1.12.2 | 0.20 GB | existed | <code>os=talos,role=worker,version=v1.12.2</code> |

#### Not built

| Image | Why | What to do |
| --- | --- | --- |
| arm control-plane | nothing in stock | wait |

#### Left behind, and paid for

| What | Why | Remove it |
| --- | --- | --- |
| server 5 | locked | <code>hcloud server delete 5</code> |

`)
  expect(text).toContain(
    '```hcl\n# older hcloud-talos, which selects by labels\nworker_image_selector = "os=talos,role=worker,version=v1.12.2"\n',
  )
  expect(text).toMatch(/\n```\n\n<\/details>\n\n$/)
})

test('a job summary without snapshots has no table of them', () => {
  const text = summarize(result(failed(imageAt(plan, 0))))
  expect(text).toContain('### Talos v1.12.2: 0 of 1 snapshots\n')
  expect(text).not.toContain('Selector')
  expect(text).not.toContain('Terraform')
})

test('words of others are neither Markdown nor HTML, and do not leave their cell', () => {
  const one = failed(imageAt(plan, 0))
  if (one.status !== 'failed') throw new Error('it has failed')
  const problem = { code: 'api', message: 'a | b\n<img src=x> ![x](https://x) `c`', hint: 'see #1, @you' } as const
  const text = summarize(result({ ...one, problem }))
  const row = text.split('\n').find((line) => line.startsWith('| arm'))
  expect(row).toBe(
    '| arm control-plane | a &#124; b &#60;img src=x&#62; &#33;&#91;x&#93;(https://x) &#96;c&#96; | see &#35;1, &#64;you |',
  )
})

test('a job summary has the timeline as a chart of Mermaid, and no word of others leaves it', () => {
  const document = { ...toResultDocument(result(failed(imageAt(plan, 0))), 'v1.12.2', FACTORY), timeline: timeline() }
  const fences = (text: string): number => text.split('```').length - 1
  expect(formatJobSummary(document)).toContain('#### Timeline\n\n```mermaid\ngantt\n    dateFormat ')
  const hostile = { ...document, timeline: timeline({ image: 'a\n```\n# b' }) }
  expect(fences(formatJobSummary(hostile))).toBe(2)
})
