/**
 * The day after, in real browsers: a visitor comes back to an answer and opens a closed conversation again; a new message
 * is heard and seen from wherever one is, and not where one looks at it; a spammer is blocked and nobody is disturbed.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { updateContact } from '@central-desk/contract/contacts.ts'
import { changeStatus, listConversations, markRead, sendMessage } from '@central-desk/contract/conversations.ts'
import type { Page } from 'playwright-core'
import { noBrowser, openWindow, signInBrowser, type Watched } from '#test/support/browser.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { done, makeStage, newClientId, postMessage, type Stage, until } from '#test/support/stage.ts'

const withBrowser = { skip: noBrowser }
const A_DAY = 24 * 3_600_000

let desk: TestDesk
let stage: Stage
before(async () => {
  if (noBrowser) return
  desk = await bootDesk({ withPages: true })
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
})

const params = () => ({ workspaceId: stage.owner.workspaceId })
const at = (path: string) => `http://localhost:${desk.port}/w/shapla-crafts/${path}`

// biome-ignore lint/suspicious/noExplicitAny: a row as the wire has it
type Row = any

/** The conversation whose newest message says this. */
const rowOf = (preview: string, view = 'all'): Promise<Row> =>
  until(async () => {
    const { conversations } = await done(stage, listConversations, { params: params(), query: { view } })
    return conversations.find((row: Row) => row.lastMessage.preview === preview)
  }, preview)

async function answer(conversationId: string, text: string): Promise<void> {
  const body = { clientMessageId: newClientId(), text, attachmentIds: [], seenNumber: 1_000 }
  await done(stage, sendMessage, { params: { ...params(), conversationId }, body })
}

async function signedIn(path: string, there: string): Promise<Watched> {
  const agent = await openWindow()
  await agent.page.addInitScript(() => {
    // Counts what is played; a machine of tests has no loudspeaker.
    const heard = window as unknown as { tones: number }
    heard.tones = 0
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (when) {
      heard.tones += 1
      start.call(this, when)
    }
  })
  await signInBrowser(agent, desk, stage.people.agent)
  await agent.page.goto(at(path))
  await agent.page.locator(there).first().waitFor()
  return agent
}

const tones = (page: Page) => page.evaluate(() => (window as unknown as { tones: number }).tones)
const icon = (page: Page) => page.locator('#favicon').getAttribute('href')

/** Opens the menu of an element and takes the entry of that name. */
async function choose(page: Page, trigger: string, entry: string | RegExp): Promise<void> {
  await page.locator(trigger).last().click()
  await page.getByRole('menuitem', { name: entry }).click()
  await page.locator('[role=menu]').waitFor({ state: 'detached' })
}

test(
  'a visitor comes back the next day, reads the answer, and opens the closed conversation',
  withBrowser,
  async () => {
    const address = `http://widget.localhost:${desk.port}/widget/${stage.webchatInbox.key}#language=en`
    const visitor = await openWindow()
    await visitor.page.goto(address)
    await visitor.page.fill('textarea', 'Do you have the red one?')
    await visitor.page.press('textarea', 'Enter')
    const { id: conversationId } = await rowOf('Do you have the red one?')
    await visitor.page.close()

    await answer(conversationId, 'Yes, two of them.')
    await done(stage, changeStatus, { params: { ...params(), conversationId }, body: { status: 'closed' } })
    desk.clock.advance(A_DAY)

    const agent = await signedIn('inbox/closed', `[data-row="${conversationId}"]`)
    await agent.page.locator(`[data-row="${conversationId}"]`).click()
    await agent.page.locator('[role=log]').getByText('closed it').waitFor()
    const page = await visitor.context.newPage()
    await page.goto(address)
    await page.getByText('Do you have the red one?').waitFor()
    await page.getByText('Yes, two of them.').waitFor()
    await page.fill('textarea', 'Then I take both')
    await page.press('textarea', 'Enter')

    // Everywhere at once: the line in the thread, the list it left, the one it came to, and its count.
    await agent.page.locator('[role=log]').getByText('Then I take both').waitFor()
    await agent.page.locator('[role=log]').getByText('Reopened by a new message').first().waitFor()
    await agent.page.locator(`[data-row="${conversationId}"]`).waitFor({ state: 'detached' })
    await agent.page.locator('.nav-item', { hasText: 'Unassigned' }).getByText('2', { exact: true }).waitFor()
    await agent.page.goto(at('inbox/unassigned'))
    await agent.page.locator(`[data-row="${conversationId}"]`).getByText('Then I take both').waitFor()
    assert.deepEqual([...visitor.complaints, ...agent.complaints], [])
    await Promise.all([visitor.context.close(), agent.context.close()])
  },
)

/** Nothing is new to the agent. */
async function readAll(): Promise<void> {
  const agent = { owner: stage.people.agent }
  const { conversations } = await done(agent, listConversations, { params: params(), query: { view: 'all' } })
  for (const { id, lastInboundNumber } of conversations) {
    const body = { readNumber: lastInboundNumber }
    await done(agent, markRead, { params: { ...params(), conversationId: id }, body })
  }
}

test(
  'a message is heard and counted on every page, once one asked for sound; not where one looks',
  withBrowser,
  async () => {
    await readAll()
    const agent = await signedIn('settings/tags', 'main h1')
    const { page } = agent
    const write = (id: string, text: string) =>
      postMessage(desk, stage.apiInbox, { from: { id, name: `N ${id}` }, text })
    const titleBegins = (start: string) =>
      page.waitForFunction((begin) => document.title.startsWith(begin), start, { polling: 50 })
    await write('ring-1', 'not heard yet')
    await titleBegins('(1) Tags')
    assert.equal(await icon(page), '/favicon-unread.svg')
    assert.equal(await tones(page), 0, 'sound is asked for')

    await choose(page, '.nav-person', 'Sound for new messages')
    assert.equal(await tones(page), 2, 'and heard at once, to know it')
    await page.clock.install()
    await page.clock.runFor(5_000)
    await page.clock.resume()
    await write('ring-2', 'heard')
    await titleBegins('(2) Tags')
    await page.waitForFunction(() => (window as unknown as { tones: number }).tones === 4)

    // Looked at: read, counted down, and quiet.
    const { id } = await rowOf('heard')
    await page.locator('.nav-item', { hasText: 'Unassigned' }).click()
    await page.locator(`[data-row="${id}"]`).click()
    await page.locator('[role=log]').getByText('heard').waitFor()
    await titleBegins('(1) Unassigned')
    await page.clock.runFor(5_000)
    await write('ring-2', 'seen as it comes')
    await page.locator('[role=log]').getByText('seen as it comes').waitFor()
    await titleBegins('(1) Unassigned')
    assert.equal(await tones(page), 4)
    assert.deepEqual(agent.complaints, [])
    await agent.context.close()
  },
)

test(
  'a spammer is blocked from the conversation, sets nothing off, and comes back with Undo',
  withBrowser,
  async () => {
    const from = { id: 'spam-1', name: 'Cheap Watches' }
    await postMessage(desk, stage.apiInbox, { from, text: 'Buy my watches' })
    const { id, contact } = await rowOf('Buy my watches')
    const agent = await signedIn(`inbox/all/c/${id}`, '.composer-field')
    const { page } = agent
    await page.locator('[role=log]').getByText('Buy my watches').waitFor()
    await choose(page, '.talk-acts [aria-haspopup=menu]', 'Block the contact')
    await page.getByText('Cheap Watches is blocked').first().waitFor()
    await page.locator(`[data-row="${id}"]`).waitFor({ state: 'detached' })

    await page.goto(at('contacts?only=blocked'))
    await page.locator('.contact-row', { hasText: 'Cheap Watches' }).waitFor()
    const title = await page.title()
    const heard = await tones(page)
    await postMessage(desk, stage.apiInbox, { from, text: 'Still cheaper!' })
    const row = await rowOf('Still cheaper!', 'closed')
    assert.equal(row.contact.isBlocked, true)
    assert.equal(await page.title(), title)
    assert.equal(await tones(page), heard)

    await page.locator('.contact-row', { hasText: 'Cheap Watches' }).click()
    await page.getByText(/^Blocked by/).waitFor()
    await page.getByRole('button', { name: 'Unblock' }).click()
    await page.getByText(/^Blocked by/).waitFor({ state: 'detached' })
    await page.goto(at('inbox/all'))
    await page.locator(`[data-row="${id}"]`).getByText('Still cheaper!').waitFor()

    // A page that was just loaded has nothing to take back, and offers nothing.
    const offersUndo = async () => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('undo')
      await page.locator('[role=dialog] [role=option], .picker-empty').first().waitFor()
      const count = await page.getByRole('option', { name: /^Undo/ }).count()
      await page.keyboard.press('Escape')
      await page.locator('[role=dialog]').waitFor({ state: 'detached' })
      return count === 1
    }
    assert.equal(await offersUndo(), false)
    // A row follows the name of its contact.
    const named = { ...params(), contactId: contact.id }
    await done(stage, updateContact, { params: named, body: { name: 'Watchmaker' } })
    await page.locator(`[data-row="${id}"]`).getByText('Watchmaker').waitFor()

    // And at once: Undo is the Z key wherever one is.
    await page.locator(`[data-row="${id}"]`).click()
    await page.locator('.composer-field').waitFor()
    await choose(page, '.talk-acts [aria-haspopup=menu]', 'Block the contact')
    await page.locator(`[data-row="${id}"]`).waitFor({ state: 'detached' })
    await page.keyboard.press('z')
    await page.locator(`[data-row="${id}"]`).waitFor()
    const again = await rowOf('Still cheaper!')
    assert.deepEqual([again.id, again.contact.id, again.contact.isBlocked], [id, contact.id, false])
    assert.deepEqual(agent.complaints, [])
    await agent.context.close()
  },
)
