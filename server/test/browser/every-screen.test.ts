/**
 * Every screen of the desk, and the chat of a visitor, as people see them: light and dark, English and Bangla, wide and
 * on a phone. No report of the content policy or Trusted Types, no page error, nothing for axe to find, nothing wider
 * than the page, no target too small to hit. SCREENSHOTS=folder keeps a picture of each.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { blockContact } from '@central-desk/contract/contacts.ts'
import { listConversations } from '@central-desk/contract/conversations.ts'
import { listInboxes } from '@central-desk/contract/inboxes.ts'
import { createInvitation } from '@central-desk/contract/members.ts'
import { updatePreferences } from '@central-desk/contract/session.ts'
import type { Page } from 'playwright-core'
import { brokenRules, noBrowser, openWindow, signInBrowser, type Watched } from '#test/support/browser.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { picture, tooSmall, tooWide } from '#test/support/look.ts'
import type { Person } from '#test/support/people.ts'
import { done, makeStage, postMessage, type Stage, until } from '#test/support/stage.ts'

const withBrowser = { skip: noBrowser }
const WIDE = { width: 1366, height: 768 }
const PHONE = { width: 390, height: 844 }
const LOOKS = [
  ['light', WIDE],
  ['dark', WIDE],
  ['light', PHONE],
  ['dark', PHONE],
] as const
const LANGUAGES = ['en', 'bn'] as const
type Language = (typeof LANGUAGES)[number]

let desk: TestDesk
let shopDesk: TestDesk
let stage: Stage
let inviteToken: string
let webchatId: string
before(async () => {
  if (noBrowser) return
  desk = await bootDesk({ withPages: true })
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
  shopDesk = await bootDesk({ beside: desk, withPages: true, withWorkers: false, demoInboxKey: stage.webchatInbox.key })
  const text = 'আচ্ছা তাহলে লালটাই পাঠান। ঠিকানা: বাড়ি ২২, রেল রোড, যশোর। https://shop.example/saree?id=1'
  await postMessage(desk, stage.apiInbox, { from: { id: 'c-2', name: 'রাশেদা বেগম' }, text })
  const params = { workspaceId: stage.owner.workspaceId }
  const { link } = await done(stage, createInvitation, { params, body: { email: 'new@shapla.example', role: 'agent' } })
  await blockSpammer(params)
  const { inboxes } = await done(stage, listInboxes, { params })
  webchatId = inboxes.find(({ channel }: { channel: string }) => channel === 'webchat').id
  inviteToken = new URL(link).pathname.split('/').at(-1) ?? ''
})

let blocked: { conversation: string; contact: string }

/** Somebody who wrote, was blocked, and wrote again. */
async function blockSpammer(params: { workspaceId: string }): Promise<void> {
  const from = { id: 'c-3', name: 'Cheap Watches' }
  await postMessage(desk, stage.apiInbox, { from, text: 'Buy my watches' })
  const row = await until(async () => {
    const { conversations } = await done(stage, listConversations, { params, query: { view: 'all' } })
    return conversations.find((one: { contact: { name: string } }) => one.contact.name === from.name)
  }, 'the spam')
  await done(stage, blockContact, { params: { ...params, contactId: row.contact.id } })
  await postMessage(desk, stage.apiInbox, { from, text: 'Still cheaper today!' })
  blocked = { conversation: row.id, contact: row.contact.id }
}

/** Address below the workspace, and what is there once the screen is. */
type Screen = { name: string; path: string; there: string; act?: (page: Page) => Promise<void> }

const list = '[data-row]'
const heading = 'main h1'

function screens(): Screen[] {
  const { conversation, contact, savedReply } = stage.ids
  const inbox = (channel: string) => `settings/inboxes/${channel}`
  const key = (press: string, there: string) => async (page: Page) => {
    await page.keyboard.press(press)
    await page.locator(there).first().waitFor()
  }
  const press = (what: string, there: string) => async (page: Page) => {
    await page.locator(what).first().click()
    await page.locator(there).first().waitFor()
  }
  return [
    { name: 'mine', path: 'inbox/mine', there: '.state-title' },
    { name: 'unassigned', path: 'inbox/unassigned', there: list },
    { name: 'snoozed', path: 'inbox/snoozed', there: '.state-title' },
    { name: 'closed', path: 'inbox/closed', there: list },
    { name: 'all', path: 'inbox/all', there: list },
    { name: 'conversation', path: `inbox/all/c/${conversation}`, there: '.note' },
    { name: 'note', path: `inbox/all/c/${conversation}`, there: '.note', act: key('n', '.composer-note') },
    { name: 'assign', path: `inbox/all/c/${conversation}`, there: '.note', act: key('a', '[role=listbox]') },
    { name: 'snooze', path: `inbox/all/c/${conversation}`, there: '.note', act: key('h', '[role=listbox]') },
    { name: 'palette', path: 'inbox/all', there: list, act: key('Control+k', '[role=dialog] [role=option]') },
    { name: 'shortcuts', path: 'inbox/all', there: list, act: key('?', '[role=dialog]') },
    { name: 'sort', path: 'inbox/all', there: list, act: press('.list-head .icon-button', '[role=menu]') },
    { name: 'blocked', path: `inbox/closed/c/${blocked.conversation}`, there: '.composer .banner' },
    {
      name: 'more',
      path: `inbox/all/c/${conversation}`,
      there: '.note',
      act: press('.talk-acts [aria-haspopup=menu] >> nth=-1', '[role=menu]'),
    },
    { name: 'search', path: 'search?q=inbound', there: '.hit' },
    { name: 'search-nothing', path: 'search?q=zzzz', there: '.state-title' },
    { name: 'contacts', path: 'contacts', there: 'main a' },
    { name: 'contact', path: `contacts/${contact}`, there: heading },
    { name: 'contacts-blocked', path: 'contacts?only=blocked', there: '.contact-blocked' },
    { name: 'contact-blocked', path: `contacts/${blocked.contact}?only=blocked`, there: '.banner' },
    { name: 'own-menu', path: 'settings/tags', there: heading, act: press('.nav-person', '[role=menu]') },
    { name: 'settings', path: 'settings', there: heading },
    ...['profile', 'appearance', 'keyboard', 'password', 'workspace', 'members', 'inboxes', 'tags', 'replies'].map(
      (page) => ({ name: `settings-${page}`, path: `settings/${page}`, there: heading }),
    ),
    { name: 'inbox-new', path: inbox('new'), there: heading },
    { name: 'inbox-api', path: inbox(stage.ids.inbox ?? ''), there: 'main h2' },
    { name: 'inbox-webchat', path: inbox(webchatId), there: '.chat-preview' },
    { name: 'reply-new', path: 'settings/replies/new', there: heading },
    { name: 'reply', path: `settings/replies/${savedReply}`, there: heading },
    { name: 'nowhere', path: 'nowhere', there: '.state-title' },
  ]
}

/** Everything wrong with a screen in every look, not the first alone. */
async function judge({ page, complaints }: Watched, name: string, language: Language): Promise<void> {
  for (const [colorScheme, size] of LOOKS) {
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.locator('.skeleton').first().waitFor({ state: 'detached' })
    const what = `${language}-${colorScheme}-${size.width}-${name}`
    await picture(page, what)
    const found = [...(await tooWide(page)), ...(await tooSmall(page)), ...(await brokenRules(page))]
    complaints.push(...found.map((words) => `${what}: ${words}`))
  }
  await page.setViewportSize(WIDE)
}

async function walk(person: Person, language: Language): Promise<void> {
  const watched = await openWindow({ locale: language })
  const { page } = watched
  const go = async (path: string, there: string) => {
    // The clock of the desk stands still, and with it what a session may ask in a minute.
    desk.clock.advance(10_000)
    await page.goto(`http://localhost:${desk.port}${path}`)
    await page.locator(there).first().waitFor()
  }
  for (const path of ['/signin', '/signup', `/invite/${inviteToken}`, '/reset/no-such-link']) {
    await go(path, path.startsWith('/reset') ? '.state-title' : 'form button[type=submit]')
    await judge(watched, path.split('/')[1] ?? '', language)
  }
  await signInBrowser(watched, desk, person)
  for (const { name, path, there, act } of screens()) {
    await go(`/w/shapla-crafts/${path}`, there)
    await act?.(page)
    assert.equal(await page.locator('html').getAttribute('lang'), language)
    await judge(watched, name, language)
  }
  assert.deepEqual(watched.complaints, [])
  await watched.context.close()
}

test('every screen of the desk', withBrowser, async () => {
  const { owner, admin } = stage.people
  await done({ owner: admin }, updatePreferences, { body: { preferences: { language: 'bn' } } })
  await Promise.all([walk(owner, 'en'), walk(admin, 'bn')])
})

for (const language of LANGUAGES) {
  test(`the chat of a visitor, ${language}`, withBrowser, async () => {
    const shop = await openWindow({ locale: language, viewport: WIDE })
    const { page } = shop
    await page.goto(`http://demo.localhost:${shopDesk.port}/${language === 'bn' ? 'bn' : ''}`)
    await page.waitForFunction(() => 'CentralDesk' in window)
    await page.evaluate(() => (window as unknown as { CentralDesk: { open(): void } }).CentralDesk.open())
    const chat = await until(async () => page.frames().find((one) => one.url().includes('/widget/')), 'the frame')
    await chat.locator('.greeting:not(.blank)').waitFor()
    for (const [colorScheme, size] of LOOKS) {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const what = `${language}-${colorScheme}-${size.width}-chat`
      await picture(page, what)
      for (const part of [page, chat]) assert.deepEqual(await tooSmall(part), [], what)
      assert.deepEqual([...(await tooWide(page)), ...(await brokenRules(chat))], [], what)
    }
    assert.deepEqual(shop.complaints, [])
    await shop.context.close()
  })
}
