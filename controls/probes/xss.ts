/**
 * Hostile markup is written through every door of the desk, and a real browser opens every screen that shows it: the
 * desk's, the customers' chat, the files. It must be there to be read, letter by letter, and do nothing: no script runs,
 * no request leaves, and the content policy has nothing to report.
 */
import type { Browser, Frame, Page } from 'playwright-core'
import { type Belongings, clientId, done, furnish, until } from './belongings.ts'
import { openBrowser, openWindow, runnableLinks, type Window, wordsOn } from './browser.ts'
import { HOSTILE, HOSTILE_COMMENT, HOSTILE_SHORT, type Written, writeHostileWords } from './hostile-words.ts'
import { liftBudgets } from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'

/** Kinds of strings that run where a page makes markup of them; the others are for readers that decode once more. */
const RUNNING_MIN = 12
const SCREENS_MIN = 20
const SCREENS_MAX = 34
const TABS = 2
const SETTLE_MS = 150

type Ground = {
  readonly stage: Stage
  readonly exam: Exam
  readonly browser: Browser
  readonly own: Belongings
  readonly written: Written
}

export const xss: StageProbe = {
  name: 'xss',
  isSafe: false,
  async run(stage, exam) {
    const browser = await openBrowser()
    try {
      await liftBudgets(stage)
      const owner = await stage.signedIn(stage.cast.by.owner.email)
      const own = await furnish(stage, owner, stage.cast.shapla)
      await wordsAreHostile(stage, exam, browser)
      const written = await writeHostileWords(stage, own)
      const ground = { stage, exam, browser, own, written }
      for (const look of [addresses, chat, files, screens]) if (!exam.isBroken()) await look(ground)
    } finally {
      await browser.close()
    }
  },
}

/** A page of no desk, which makes markup of what it is given. */
async function wordsAreHostile(stage: Stage, exam: Exam, browser: Browser): Promise<void> {
  const window = await openWindow(browser, stage.url)
  let running = 0
  for (const words of HOSTILE) {
    await window.page.setContent(`<p>${words}</p>`, { waitUntil: 'commit' })
    await pause(SETTLE_MS / 3)
    running += window.complaints().length > 0 ? 1 : 0
  }
  exam.control(`${running} kinds of words run where a page lets them`, running >= RUNNING_MIN)
  await window.context.close()
}

function judge(exam: Exam, place: string, { complaints }: Window): void {
  const seen = [...new Set(complaints())]
  exam.attempt(`${place}: ${seen.join(', ')}`, seen.length === 0)
}

/** Without what people wrote: the address itself. */
async function addresses({ stage, exam, browser }: Ground): Promise<void> {
  const window = await openWindow(browser, stage.url)
  const markup = encodeURIComponent(HOSTILE_SHORT)
  for (const path of [
    `/signin?next=javascript:__xss(1)&q=${markup}#${markup}`,
    `/signup?email=${markup}#<img src=x onerror=__xss(1)>`,
    `/invite/${markup}`,
    `/reset/${markup}`,
    `/w/${markup}/inbox/all?q=${markup}`,
    `/security?q=${markup}#${markup}`,
    `/nothing/${markup}`,
  ]) {
    await window.page.goto(`${stage.url}${path}`, { waitUntil: 'load' })
    await pause(SETTLE_MS)
    judge(exam, `the page ${path.split('?')[0]}`, window)
  }
  await window.context.close()
}

/** Every screen that links lead to from the inbox, and those that hold what was written. */
async function screens(ground: Ground): Promise<void> {
  const { stage, exam, browser, own, written } = ground
  const at = `/w/${own.workspace.slug}`
  const { conversation, contact, savedReply, inbox } = written
  const shown: readonly (readonly [path: string, words: readonly string[]])[] = [
    [`${at}/inbox/all/c/${conversation}`, [...HOSTILE, HOSTILE.join(' ')]],
    [`${at}/inbox/all`, [HOSTILE_SHORT]],
    [`${at}/search?q=onerror`, ['onerror']],
    [`${at}/contacts`, [HOSTILE_SHORT]],
    [`${at}/contacts/${contact}`, [HOSTILE_SHORT, HOSTILE_COMMENT]],
    [`${at}/settings/tags`, [HOSTILE_SHORT]],
    [`${at}/settings/replies`, [HOSTILE_SHORT]],
    [`${at}/settings/replies/${savedReply}`, [HOSTILE_SHORT, HOSTILE.join(' ')]],
    [`${at}/settings/inboxes`, [HOSTILE_SHORT]],
    [`${at}/settings/inboxes/${inbox}`, [HOSTILE_SHORT]],
    [`${at}/settings/members`, [HOSTILE_SHORT]],
    [`${at}/settings/workspace`, [HOSTILE_SHORT]],
    [`${at}/settings/profile`, [HOSTILE_SHORT]],
  ]
  const wanted = new Map(shown)
  const queue = [...wanted.keys()]
  const known = new Set(queue)
  const window = await openWindow(browser, stage.url, own.owner)
  const pages = [window.page, ...(await Promise.all(Array.from({ length: TABS - 1 }, () => window.context.newPage())))]
  await Promise.all(
    pages.map(async (page) => {
      for (let path = queue.shift(); path && !exam.isBroken(); path = queue.shift()) {
        await open(page, `${stage.url}${path}`)
        await judgeShown(exam, window, page, path, wanted.get(path) ?? [])
        exam.attempt(`${path}: a link runs something`, (await runnableLinks(page)) === 0)
        for (const link of await linksOn(page, at)) {
          if (known.has(link) || known.size >= SCREENS_MAX) continue
          known.add(link)
          queue.push(link)
        }
      }
    }),
  )
  if (!exam.isBroken()) await keys(ground, window)
  exam.control(`${known.size} screens were opened`, exam.isBroken() || known.size >= SCREENS_MIN)
  await window.context.close()
}

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address, { waitUntil: 'load' })
  await page.locator('main').first().waitFor()
  await page.waitForFunction(() => document.querySelector('.skeleton') === null)
  await pause(SETTLE_MS)
}

/**
 * Whole, as it was written. Where something ran or was reported there is no text to look for any more: that is told
 * first, and nothing is said of what is shown.
 */
async function judgeShown(exam: Exam, window: Window, on: Page | Frame, place: string, all: readonly string[]) {
  const spaced = (text: string) => text.replaceAll(/\s+/g, ' ')
  const shown = async (words: string) => spaced(await wordsOn(on)).includes(spaced(words))
  const found: boolean[] = []
  for (const words of all) {
    const look = async () => !window.isQuiet() || (await shown(words))
    found.push(await until(look, 'words').catch(() => false))
  }
  await pause(SETTLE_MS)
  judge(exam, place, window)
  if (exam.isBroken()) return
  for (const [at, words] of all.entries()) exam.control(`${place} shows ${words.slice(0, 24)}`, found[at] === true)
}

function linksOn(page: Page, at: string): Promise<string[]> {
  return page.evaluate((at) => {
    const links = [...document.querySelectorAll('main a[href], nav a[href]')] as HTMLAnchorElement[]
    return links
      .filter(({ pathname, origin }) => origin === location.origin && pathname.startsWith(`${at}/`))
      .map(
        // A list of conversations looks the same for each of them.
        ({ pathname }) => pathname.replace(/(\/inbox\/)\w+(\/c\/)/, '$1all$2'),
      )
  }, at)
}

/** What opens over a screen: the palette of commands, the choices of tags, members and saved replies. */
async function keys({ stage, exam, own, written }: Ground, window: Window): Promise<void> {
  const { page } = window
  await open(page, `${stage.url}/w/${own.workspace.slug}/inbox/all/c/${written.conversation}`)
  for (const press of ['Control+k', 't', 'a', 'n']) {
    await page.keyboard.press(press)
    await pause(SETTLE_MS)
    if (press === 'Control+k') await page.keyboard.type('img')
    await pause(SETTLE_MS)
    judge(exam, `what opens with ${press}`, window)
    await page.keyboard.press('Escape')
  }
  await open(page, `${stage.url}/w/${own.workspace.slug}/inbox/all/c/${written.conversation}`)
  await page.keyboard.press('r')
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('/hostile')
  await page.locator('[role=option]').first().waitFor()
  await page.keyboard.press('Enter')
  await judgeShown(exam, window, page, 'a saved reply in the composer', [HOSTILE.join(' ')])
}

/** A customer at the shop: own words, the desk's answers, the names of shop and agent. */
async function chat({ stage, exam, browser, own }: Ground): Promise<void> {
  const window = await openWindow(browser, stage.url)
  const { page } = window
  await page.goto(stage.addressOf('demo'))
  await page.waitForFunction(() => 'CentralDesk' in globalThis)
  await page.evaluate(() => (globalThis as unknown as { CentralDesk: { open(): void } }).CentralDesk.open())
  const frame = await until(async () => page.frames().find((one) => one.url().includes('/widget/')), 'the chat')
  const opening = `${clientId()} ${HOSTILE_SHORT}`
  await frame.fill('textarea', opening)
  await frame.press('textarea', 'Enter')
  const row = await until(async () => {
    const path = `${own.at}/conversations?view=all&limit=100`
    const { conversations } = await done(own.owner.call('GET', path), 'the list')
    return conversations.find(
      (one: { lastMessage: { preview: string } | null }) => one.lastMessage?.preview === opening,
    )
  }, 'the visitor’s conversation')
  const answers = [HOSTILE.slice(0, 17), HOSTILE.slice(17, 34), HOSTILE.slice(34)].map((some) => some.join(' '))
  for (const text of answers) {
    const body = { clientMessageId: clientId(), text, attachmentIds: [], seenNumber: 999, force: true }
    await done(own.owner.call('POST', `${own.at}/conversations/${row.id}/messages`, { body }), 'an answer')
  }
  await judgeShown(exam, window, frame, 'the chat', [opening, ...answers])
  exam.attempt('a link in the chat runs something', (await runnableLinks(frame)) === 0)
  await window.context.close()
}

/** Each file where a click leads: on its own origin, handed out and not shown, or shown and dead. */
async function files({ stage, exam, browser, own, written }: Ground): Promise<void> {
  const here = `${own.at}/conversations/${written.conversation}/thread`
  const { items } = await done(own.owner.call('GET', here), 'the thread')
  type Item = { attachments?: readonly { url: string; fileName: string }[] }
  const links = (items as Item[]).flatMap(({ attachments = [] }) => attachments)
  exam.control('files were written', links.length > 0)
  const window = await openWindow(browser, stage.url, own.owner)
  for (const { url, fileName } of links) {
    exam.attempt(
      `${fileName} lies on the desk’s own origin`,
      new URL(url).origin === new URL(stage.addressOf('files')).origin,
    )
    const page = await window.context.newPage()
    // A download is no page: the browser says so by refusing to go there.
    await page.goto(url, { waitUntil: 'load' }).catch(() => {})
    await pause(SETTLE_MS)
    judge(exam, `the file ${fileName}`, window)
    await page.close()
  }
  await window.context.close()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
