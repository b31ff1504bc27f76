/**
 * The page of `build --report` in a browser. TALOS_IMAGE_SCREENSHOTS=FOLDER keeps the pictures that are taken, to be looked at.
 */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatPage } from '../../src/cli/render/page/page.ts'
import { findProgram, missing, named } from '../support/programs.ts'
import { pageInput } from '../unit/cli/render/page/fixture.ts'
import { type TempDir, tempDir } from '../unit/util/temp-dir.ts'

const WHY_NOT = missing('chromium')
const DESK = { width: 1100, height: 900 }
const PHONE = { width: 360, height: 740 }

describe.skipIf(WHY_NOT !== undefined)(named('the page of a build, in Chromium', WHY_NOT), () => {
  let dir: TempDir
  let browser: Browser

  beforeAll(async () => {
    dir = await tempDir()
    browser = await chromium.launch({ executablePath: findProgram('chromium') ?? 'none' })
  })
  afterAll(async () => {
    await browser.close()
    await dir[Symbol.asyncDispose]()
  })

  /** Opens a page from a file, and collects what must not happen. @param words in every text of others */
  async function open(options: BrowserContextOptions, words = '') {
    const file = dir.file(`${words.length}.html`)
    await writeFile(file, formatPage(pageInput(words)))
    const address = pathToFileURL(file).href
    const context = await browser.newContext({ viewport: DESK, ...options })
    const page = await context.newPage()
    const wrong: string[] = []
    page.on('console', (message) => wrong.push(message.text()))
    page.on('pageerror', (error) => wrong.push(error.message))
    page.on('request', (request) => wrong.push(...(request.url() === address ? [] : [request.url()])))
    page.on('dialog', (dialog) => wrong.push(`a dialog: ${dialog.message()}`))
    await page.goto(address)
    return { page, wrong, context, [Symbol.asyncDispose]: () => context.close() }
  }

  async function screenshot(page: Page, name: string): Promise<Buffer> {
    const folder = process.env.TALOS_IMAGE_SCREENSHOTS
    if (folder === undefined) return page.screenshot({ fullPage: true })
    await mkdir(folder, { recursive: true })
    return page.screenshot({ fullPage: true, path: join(folder, `${name}.png`) })
  }

  const background = (page: Page): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor')

  it('asks for nothing, says nothing on the console, and is light or dark as the reader likes it', async () => {
    const pictures: Buffer[] = []
    const colors: unknown[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await using opened = await open({ colorScheme })
      pictures.push(await screenshot(opened.page, colorScheme))
      colors.push(await background(opened.page))
      expect(opened.wrong).toEqual([])
      expect(await opened.page.title()).toBe('Talos v1.12.2: 2 of 3 snapshots')
    }
    expect(pictures[0]?.equals(pictures[1] ?? Buffer.from(''))).toBe(false)
    expect(colors).toEqual(['rgb(246, 247, 249)', 'rgb(17, 21, 27)'])
  })

  it('draws a step where and as long as it was', async () => {
    await using opened = await open({})
    const boxes = await opened.page.$$eval('.lanes .lane:first-child rect', (bars) =>
      bars.map((bar) => {
        const whole = bar.ownerSVGElement?.getBoundingClientRect()
        const { left, width } = bar.getBoundingClientRect()
        return whole === undefined ? [] : [(left - whole.left) / whole.width, width / whole.width]
      }),
    )
    // Of 95 seconds: 2.5, then 60, then 30.
    const expected = [
      [0, 2.5],
      [2.5, 60],
      [62.5, 30],
    ].map((times) => times.map((seconds) => expect.closeTo(seconds / 95, 2)))
    expect(boxes.toSorted(([a = 0], [b = 0]) => a - b)).toEqual(expected)
  })

  it.each(['', `-${'x'.repeat(90)}`])(
    'fits on a telephone, with all that unfolds, and words that are long: "%s"',
    async (words) => {
      await using opened = await open({ viewport: PHONE, deviceScaleFactor: 2 }, words)
      const { page, wrong } = opened
      for (const summary of await page.$$('summary')) await summary.click()
      await screenshot(page, `phone-${words.length}`)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
      const outside = await page.$$eval('main *:not(pre *)', (elements) =>
        elements.filter((one) => one.getBoundingClientRect().right > 360).map((one) => one.outerHTML.slice(0, 200)),
      )
      expect(outside).toEqual([])
      expect(wrong).toEqual([])
    },
  )

  it('is printed dark on light, unfolded and without buttons, whatever is on the screen', async () => {
    await using opened = await open({ colorScheme: 'dark' })
    const { page } = opened
    expect(await page.isVisible('dt:text("BLAKE2b")')).toBe(false)
    await page.emulateMedia({ media: 'print' })
    await screenshot(page, 'print')
    expect(await background(page)).toBe('rgb(255, 255, 255)')
    expect(await page.isVisible('.copy button')).toBe(false)
    const hashes = await page.$eval('details dl', (list) => list.checkVisibility({ contentVisibilityAuto: true }))
    expect(hashes).toBe(true)
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-')
  })

  it('copies the text for Terraform', async () => {
    await using opened = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
    const { page, wrong } = opened
    const card = page.locator('.card', { has: page.locator('h3:text("Terraform")') })
    await card.locator('button').click()
    await card.locator('button:text("Copied")').waitFor()
    const copied = await page.evaluate('navigator.clipboard.readText()')
    expect(copied).toContain('with_architecture = "arm"\n')
    expect(copied).toBe(await card.locator('pre').textContent())
    expect(wrong).toEqual([])
  })

  it.each([
    '<script>alert(1)</script><img src="https://example.com/x.png" onerror="alert(1)">',
    `"' onmouseover="alert(1)" style="x:url(https://example.com/y)`,
    '</title></pre></svg></details></main><svg onload=alert(1)><a href="javascript:alert(1)">x</a>',
  ])('shows words of others, and does nothing of what they say: %s', async (words) => {
    await using opened = await open({}, words)
    const { page, wrong } = opened
    expect(await page.title()).toContain(words)
    expect(await page.$$('img, a, main script, [onmouseover], [onload]')).toEqual([])
    expect(await page.textContent('footer')).toContain('Made by talos-image')
    expect(wrong).toEqual([])
  })
})
