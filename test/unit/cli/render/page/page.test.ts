import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { formatPage } from '../../../../../src/cli/render/page/page.ts'
import { toUnbegun } from '../../../../../src/report/projects.ts'
import { registerSecret } from '../../../../../src/util/redact.ts'
import { pageInput } from './fixture.ts'

/** The text of a page as a reader sees it, more or less: without tags, entities resolved. */
const read = (page: string): string =>
  page
    .replaceAll(/<(style|script)>.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\s+/g, ' ')

/** The tags of a page with the names of their attributes: all that is not text. */
const tagsOf = (page: string): readonly string[] =>
  [...page.replaceAll(/<(style|script)>.*?<\/\1>/gs, '').matchAll(/<[^>]*>/g)].map(([tag]) =>
    tag.replaceAll(/"[^"]*"/g, '""'),
  )

describe('the page', () => {
  test('has what became of each image, its steps, hashes, labels and cost, and the text for Terraform', () => {
    const text = read(formatPage(pageInput()))
    for (const part of [
      'Talos v1.12.2 2 of 3 snapshots',
      '2026-11-29 04:00 UTC · took 1 min 35 s · servers 0.0058 EUR · run abcd2345',
      'Not built x86 control-plane: nothing in stock wait',
      'Left behind, and paid for server 5: locked hcloud server delete 5 Copy',
      'the version is old take another',
      '0:01 removed server 5, which an earlier run left behind',
      'writing the disk (2)',
      '1 min 00 s, 52 MB, failed',
      '1:02 the SSH connection was lost',
      `SHA-256 ${'a'.repeat(64)}`,
      `BLAKE2b of the data ${'b'.repeat(128)}`,
      'os=talos arch=arm version=v1.12.2',
      'Build server cax11 in fsn1 for 1 min 32 s Cost 0.0058 EUR, net',
      'arm worker existing snapshot 3',
      'with_architecture = "arm"',
    ]) {
      expect(text).toContain(part)
    }
  })

  test('needs nothing else, and lets nothing in', () => {
    const page = formatPage(pageInput())
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
    expect(policy).toMatch(/^default-src 'none'; img-src data:; style-src 'sha256-\S+'; script-src 'sha256-\S+';/)
    for (const [, kind, text = ''] of page.matchAll(/<(style|script)>(.*?)<\/\1>/gs)) {
      const hash = createHash('sha256').update(text).digest('base64')
      expect(policy, kind).toContain(`${kind}-src 'sha256-${hash}'`)
    }
    expect(page).not.toMatch(
      / style="| on\w+="|\b(?:src|srcset|action|xlink:href)=|<(?:img|iframe|object|embed|form|base)\b/,
    )
    expect([...page.matchAll(/href="([^"]*)"/g)].map(([, to]) => to)).toEqual(['data:,'])
  })

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '</title></style></pre></svg><svg onload=alert(1)>',
    '<!-- ',
    '&lt;b&gt;',
    ']]>',
  ])('words of others are text: %s', (words) => {
    const page = formatPage(pageInput(words))
    expect(tagsOf(page)).toEqual(tagsOf(formatPage(pageInput())))
    // Title, heading, names of images, notes, labels, and everything else.
    expect(read(page).split(words).length).toBeGreaterThan(50)
  })

  test('control characters and secrets are not in it', () => {
    registerSecret('secret-of-a-page')
    const unwanted = ['\u0000', '\u001b', '\u202e', '\u2028', 'secret-of-a-page', 'me:pw', 'sig=1']
    const page = formatPage(pageInput('\u0000\u001b[31m\u202e\u2028 secret-of-a-page https://me:pw@example.com/?sig=1'))
    expect(unwanted.filter((one) => page.includes(one))).toEqual([])
    expect(page).toContain('\\u001b[31m\\u202e\\u2028')
  })

  test('of a build that could not begin says why', () => {
    const { planned } = pageInput()
    const unbegun = toUnbegun(
      { project: undefined, problems: [{ code: 'token', message: 'it may only read' }] },
      planned,
    )
    const text = read(formatPage({ results: [unbegun], planned }))
    expect(text).toContain('0 of 3 snapshots')
    expect(text).toContain('nothing was begun')
    expect(text).toContain('Not built arm control-plane, x86 control-plane, arm worker: it may only read')
    expect(text).not.toMatch(/Timeline|Terraform/)
  })

  test('of several projects has a part for each', () => {
    const { results, planned } = pageInput()
    const text = read(
      formatPage({
        results: ['staging', 'prod'].flatMap((project) => results.map((one) => ({ ...one, project }))),
        planned: { ...planned, projects: planned.projects.map((one) => ({ ...one, project: 'prod' })) },
      }),
    )
    expect(text).toContain('4 of 6 snapshots')
    expect(text).toMatch(/ staging .* prod /)
  })
})
