/** One build, one Chromium and, for each test, one fresh desk: what the browser tests share. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach } from 'node:test'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { buildWidget } from '../build.ts'
import { launch, launchProfile, openPage, skipReason, type Watched, watch } from './browser.ts'
import { StandIn } from './stand-in.ts'

export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }

export class Harness {
  desk = new StandIn('')
  browser: Browser | null = null

  async open(address: string, options: BrowserContextOptions = {}): Promise<Watched> {
    assert.ok(this.browser, 'the browser has been started')
    const watched = await openPage(this.browser, options)
    await watched.page.goto(address)
    return watched
  }

  /** A shop's page in a browser that keeps storage for embedded pages. */
  async visitWithStorage(): Promise<Watched> {
    const folder = mkdtempSync(join(tmpdir(), 'widget-profile-'))
    const context = await launchProfile(folder)
    this.#profiles.push({ context, folder })
    const watched = await watch(context)
    await watched.page.goto(this.desk.origin('shop'))
    await watched.button.waitFor()
    return watched
  }
  readonly #profiles: { context: BrowserContext; folder: string }[] = []
  async closePages(): Promise<void> {
    await Promise.all(this.browser?.contexts().map((context) => context.close()) ?? [])
    for (const { context, folder } of this.#profiles.splice(0)) {
      await context.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /** A shop's page with the snippet; the chat is closed. */
  async visit(options: BrowserContextOptions = {}): Promise<Watched> {
    const watched = await this.open(this.desk.origin('shop'), options)
    await watched.button.waitFor()
    return watched
  }

  /** The same, and the visitor has opened the chat. */
  async visitOpen(options: BrowserContextOptions = {}): Promise<Watched> {
    const watched = await this.visit(options)
    await watched.button.click()
    await watched.chat.locator('.greeting:not(.blank)').waitFor()
    return watched
  }
}

export async function write({ chat }: Watched, text: string): Promise<void> {
  await chat.locator('textarea').fill(text)
  await chat.locator('textarea').press('Enter')
}

/** Tag of what has the focus on the host page, looking into the loader's shadow root. */
export function focused({ page }: Watched): Promise<string | undefined> {
  return page.evaluate(() => (document.activeElement?.shadowRoot?.activeElement ?? document.activeElement)?.tagName)
}

/** Resolves when `isTrue` does; the test runner's own limit ends a wait in vain. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** No page, frame or script has broken a rule since the page was opened. */
export function assertClean({ violations, errors }: Watched): void {
  assert.deepEqual(violations, [])
  assert.deepEqual(errors, [])
}

/** Registers, for the test file that calls it, a build and a browser around all tests and a fresh desk around each. */
export function useBrowser(): Harness {
  const harness = new Harness()
  const dist = mkdtempSync(join(tmpdir(), 'widget-browser-'))
  before(async () => {
    if (skipReason) return
    await buildWidget(dist)
    harness.browser = await launch()
  })
  after(async () => {
    await harness.browser?.close()
    rmSync(dist, { recursive: true, force: true })
  })
  beforeEach(async () => {
    harness.desk = new StandIn(dist)
    await harness.desk.listen()
  })
  afterEach(async () => {
    await harness.closePages()
    await harness.desk.close()
  })
  return harness
}
