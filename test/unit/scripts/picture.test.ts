/** The picture of a build: how it is drawn, and that the one in docs/ is sound. */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { drawSvg } from '../../../scripts/picture/draw.ts'
import { type Shown, toFrames } from '../../../scripts/picture/frames.ts'
import { BUILD_STEPS } from '../../../src/run/events.ts'
import { findTexts, isWellFormed } from '../../support/svg.ts'

const SIZE = { columns: 20, rows: 3, everyMs: 1000 } as const
const DRAWING = { ...SIZE, title: 'a <b> & c', secondsPerFrame: 0.5 } as const
const RUN: readonly Shown[] = [
  { atMs: 0, text: '$ try\r\n' },
  { atMs: 100, text: '\u001b[36m|\u001b[39m one  \u001b[2m0:01\u001b[22m' },
  { atMs: 1100, text: '\r\u001b[2K\u001b[36m/\u001b[39m one  \u001b[2m0:02\u001b[22m' },
  { atMs: 2300, text: '\r\u001b[2K\u001b[32m✔\u001b[39m \u001b[1mone\u001b[22m\r\n"<&>"\r\n' },
]
const textsOf = (frame: readonly { readonly text: string }[] | undefined) => frame?.map(({ text }) => text)

describe('frames', () => {
  test('are what the terminal showed, from time to time and in the end', async () => {
    const frames = await toFrames(RUN, SIZE)
    expect(frames.map(textsOf)).toEqual([
      ['$ try', '|', 'one', '0:01'],
      ['$ try', '/', 'one', '0:02'],
      // It has scrolled.
      ['✔', 'one', '"<&>"'],
    ])
  })

  test('know where letters stand, and how they look', async () => {
    const [, second] = await toFrames(RUN, SIZE)
    expect(second?.[1]).toEqual({ column: 0, row: 1, text: '/', look: { color: 6, bold: false, dim: false } })
    expect(second?.[3]).toEqual({ column: 7, row: 1, text: '0:02', look: { color: undefined, bold: false, dim: true } })
  })
})

describe('a drawing', () => {
  test('is well-formed whatever stands in it', async () => {
    const svg = drawSvg(await toFrames(RUN, SIZE), DRAWING)
    expect(isWellFormed(svg)).toBe(true)
    expect(svg).toContain('>&quot;&lt;&amp;&gt;&quot;</text>')
    expect(svg).toContain('aria-label="a &lt;b&gt; &amp; c"')
    expect(isWellFormed(svg.replace('</svg>', ''))).toBe(false)
    expect(isWellFormed(svg.replace('&amp; c<', '& c<'))).toBe(false)
  })

  test('shows each piece for as long as it was there, and the end for ever', async () => {
    const svg = drawSvg(await toFrames(RUN, SIZE), DRAWING)
    expect(svg).toMatch(/class="t" style="animation:s 1s 0s">\$ try</)
    expect(svg).toMatch(/class="d t" style="animation:s 0.5s 0.5s">0:02</)
    expect(svg).toMatch(/class="c2" style="animation:h 1s">✔</)
    expect(findTexts(svg).atEnd).toEqual(['a <b> & c', '✔', 'one', '"<&>"'])
  })
})

describe('docs/build.svg', async () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const svg = await readFile(`${root}/docs/build.svg`, 'utf8')
  const { all, atEnd } = findTexts(svg)

  test('is well-formed, small, and stands alone', () => {
    expect(isWellFormed(svg)).toBe(true)
    expect(svg.length).toBeLessThan(60_000)
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
      /<(script|image|foreignObject|a)\b|href|url\(|@import|@font-face/,
    )
    expect(svg).not.toMatch(/\/tmp\/|\/home\/|\/root\//)
  })

  test('shows the steps by the names that they have', () => {
    for (const step of ['server', 'boot', 'write', 'verify', 'snapshot', 'clean-up'] as const) {
      expect(all).toContain(BUILD_STEPS[step].doing)
    }
    expect(all.join('\n')).toMatch(/^\d+ MB of \d+ MB$/m)
    expect(all.join('\n')).toMatch(/^━+$/m)
  })

  test('ends with everything done', () => {
    expect(atEnd).toContain('2 of 2 done')
    expect(atEnd.at(-1)).toMatch(/^factory\.talos\.dev\/hcloud-installer\/[0-9a-f]{64}:v/)
  })

  test('is what the README shows', async () => {
    expect(await readFile(`${root}/README.md`, 'utf8')).toContain('](docs/build.svg)')
  })
})
