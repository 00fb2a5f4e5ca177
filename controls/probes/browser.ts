/**
 * A real browser that keeps count of whatever it should never see: a hook that only hostile words call, reports of the
 * content policy and of Trusted Types, dialogs, and requests that leave the desk.
 */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Frame, type Page } from 'playwright-core'
import type { Caller } from './caller.ts'

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'
const ARGUMENTS = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]
const WAIT_MS = 20_000

export type Window = {
  readonly context: BrowserContext
  readonly page: Page
  /** What happened that should not have, since it was last asked. */
  complaints(): string[]
  isQuiet(): boolean
}

export async function openBrowser(): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(
      `there is no Chromium at ${EXECUTABLE}: install it (apt-get install chromium), or name one in CHROMIUM`,
    )
  }
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS })
}

/** `as`: whose cookies it holds. */
export async function openWindow(browser: Browser, url: string, as?: Caller): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 } })
  const seen: string[] = []
  const complain = (what: string) => seen.push(what)
  await context.exposeBinding('__xss', () => complain('hostile words ran'))
  await context.exposeBinding('__report', (_source, what: string) => complain(what))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      const { __report } = window as unknown as { __report?: (what: string) => void }
      __report?.(`the policy was needed: ${effectiveDirective}`)
    })
  })
  const own = new URL(url).hostname
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    const isOurs = hostname === own || hostname.endsWith(`.${own}`)
    if (/^(http|ws)s?:$/.test(protocol) && !isOurs) complain('a request left the desk')
  })
  context.on('page', (page) =>
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => complain('a dialog opened'))),
  )
  if (as) {
    const cookies = [...as.cookies].map(([name, value]) => ({
      name,
      value,
      url,
      httpOnly: true,
      sameSite: 'Lax' as const,
    }))
    await context.addCookies(cookies)
  }
  const page = await context.newPage()
  page.setDefaultTimeout(WAIT_MS)
  return { context, page, complaints: () => seen.splice(0), isQuiet: () => seen.length === 0 }
}

/** What a person can read there, in text and in fields. */
export function wordsOn(page: Page | Frame): Promise<string> {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll('input, textarea')] as HTMLInputElement[]
    return [document.body.textContent ?? '', ...fields.map(({ value }) => value)].join(' ')
  })
}

/** Links and frames that would run something when they are followed. */
export function runnableLinks(page: Page | Frame): Promise<number> {
  return page.evaluate(() => {
    const places = [
      ...document.querySelectorAll('a[href], area[href], form[action], iframe[src], object[data], embed[src]'),
    ]
    const addresses = places.flatMap((place) =>
      ['href', 'action', 'src', 'data'].flatMap((name) => (place as unknown as Record<string, string>)[name] ?? []),
    )
    const isFollowed = /^(https?|mailto|tel|blob|about):/
    return addresses.filter((address) => address !== '' && !isFollowed.test(address)).length
  })
}
