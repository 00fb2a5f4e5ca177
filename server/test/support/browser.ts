/**
 * Real browsers on a real desk: Chromium windows that count Content-Security-Policy and Trusted Types reports and page
 * errors, sign-in as a person would do it, and the accessibility check. Without a Chromium the tests say so and are
 * skipped, which `npm test` counts and CI refuses.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after } from 'node:test'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Frame,
  type Page,
} from 'playwright-core'
import type { TestDesk } from './desk.ts'
import type { Person } from './people.ts'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Why browser tests cannot run here, or false. */
export const noBrowser = existsSync(executablePath)
  ? false
  : `SKIPPED: there is no Chromium at ${executablePath}. Install it (apt-get install chromium) or set CHROMIUM.`

const ARGUMENTS = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

declare global {
  interface Window {
    reportViolation?: (text: string) => void
    axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
  }
}

/** One person's browser, and everything it complained about. */
export type Watched = { readonly context: BrowserContext; readonly page: Page; readonly complaints: string[] }

let browser: Promise<Browser> | undefined
after(async () => (await browser)?.close())

export async function openWindow(options: BrowserContextOptions = {}): Promise<Watched> {
  browser ??= chromium.launch({ executablePath, args: ARGUMENTS })
  const context = await (await browser).newContext({ viewport: { width: 1366, height: 768 }, ...options })
  const complaints: string[] = []
  await context.exposeBinding('reportViolation', (_source, text: string) => complaints.push(text))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.reportViolation?.(
        `CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile} ${event.sample}`,
      )
    })
  })
  context.on('weberror', (error) => complaints.push(`error: ${error.error().message}`))
  const page = await context.newPage()
  return { context, page, complaints }
}

/** Signs in by the form, as a person does. */
export async function signInBrowser(watched: Watched, desk: TestDesk, person: Person): Promise<void> {
  const { page } = watched
  await page.goto(`http://localhost:${desk.port}/signin`)
  await page.locator('input[type=email]').fill(person.email)
  await page.locator('input[type=password]').fill(person.password)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/inbox/**')
}

/** Every rule that axe finds broken on the page as it stands. */
export async function brokenRules(page: Page | Frame): Promise<string[]> {
  // Debugger evaluation: the page's own policy would (rightly) refuse a script of ours.
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(() => window.axe.run())
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

/** Fails with every rule that axe finds broken on the page as it stands. */
export async function expectAccessible(page: Page | Frame, what: string): Promise<void> {
  assert.deepEqual(await brokenRules(page), [], what)
}
