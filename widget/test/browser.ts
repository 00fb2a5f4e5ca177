/**
 * Chromium for the browser tests, and what they watch in every page and frame: Content-Security-Policy and Trusted
 * Types violations, page errors, and that the loader asks for a closed shadow root (which is then opened, so that a
 * test can look inside). Without a Chromium the tests say so and are skipped; `npm test` counts that.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Frame,
  type Page,
} from 'playwright-core'

const DESKTOP = { width: 1366, height: 768 }
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Why browser tests cannot run here, or false. */
export const skipReason = existsSync(executablePath)
  ? false
  : `SKIPPED: there is no Chromium at ${executablePath}. Install it (apt-get install chromium) or set CHROMIUM.`

const args = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath, args })
}

/**
 * A window with a profile of its own that keeps storage for embedded pages, partitioned by the page around them.
 * Private windows (those of all other tests), and Debian's Chromium by default, deny embedded pages any storage.
 */
export function launchProfile(folder: string): Promise<BrowserContext> {
  mkdirSync(join(folder, 'Default'))
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile: { cookie_controls_mode: 0 } }))
  return chromium.launchPersistentContext(folder, { executablePath, args, viewport: DESKTOP })
}

declare global {
  interface Window {
    reportViolation?: (text: string) => void
    /** Modes that shadow roots were asked for in. */
    shadowModes: string[]
    /** Messages that arrived at this window, for the tests of who hears what. */
    heard: unknown[]
  }
}

export interface Watched {
  page: Page
  violations: string[]
  errors: string[]
  button: ReturnType<Page['locator']>
  chat: ReturnType<Page['frameLocator']>
  /** The chat's frame itself, to run code in. */
  frame(): Frame
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  return watch(await browser.newContext({ viewport: DESKTOP, ...options }))
}

export async function watch(context: BrowserContext): Promise<Watched> {
  const violations: string[] = []
  const errors: string[] = []
  await context.exposeBinding('reportViolation', (_source, text: string) => violations.push(text))
  await context.addInitScript(() => {
    window.shadowModes = []
    window.heard = []
    const attach = Element.prototype.attachShadow
    Element.prototype.attachShadow = function (init) {
      window.shadowModes.push(init.mode)
      return attach.call(this, { ...init, mode: 'open' })
    }
    window.addEventListener('message', ({ data }) => window.heard.push(data))
    document.addEventListener('securitypolicyviolation', (event) => {
      window.reportViolation?.(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile} ${event.sample}`)
    })
  })
  const page = await context.newPage()
  page.on('pageerror', (error) => errors.push(error.message))
  return {
    page,
    violations,
    errors,
    button: page.locator('central-desk button'),
    chat: page.frameLocator('central-desk iframe'),
    frame() {
      const found = page.frames().find((frame) => new URL(frame.url()).pathname.startsWith('/widget/'))
      if (!found) throw new Error('the chat has no frame')
      return found
    },
  }
}

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** What axe finds in this one frame, as readable lines. */
export async function axe(frame: Page | Frame): Promise<{ violations: string[]; passes: number }> {
  await frame.evaluate(axeSource)
  return frame.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResult> } }
    interface AxeResult {
      violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[]
      passes: unknown[]
    }
    const { violations, passes } = await axe.run({ iframes: false })
    return {
      violations: violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
      ),
      passes: passes.length,
    }
  })
}
