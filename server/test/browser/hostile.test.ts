/**
 * Hostile text through every door: the hook of an API inbox, a visitor's chat, replies, notes, names, tags, saved
 * replies, file names and files. On every screen that shows it, it is text: nothing runs, nothing is loaded, the content
 * policy has nothing to report. The hook that a running script would set stays undefined in every frame.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { updateContact } from '@central-desk/contract/contacts.ts'
import * as conversations from '@central-desk/contract/conversations.ts'
import { updateInbox } from '@central-desk/contract/inboxes.ts'
import { updatePreferences } from '@central-desk/contract/session.ts'
import { createSavedReply, createTag } from '@central-desk/contract/workspaces.ts'
import type { Frame, Page } from 'playwright-core'
import { noBrowser, openWindow, signInBrowser, type Watched } from '#test/support/browser.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { done, makeStage, newClientId, postMessage, type Stage, until } from '#test/support/stage.ts'
import { signJwt, Visitor } from '#test/support/visitor.ts'

const withBrowser = { skip: noBrowser }
const RUN = 'window.__xss=1'
const IMAGE = `<img src=x onerror=${RUN}>`
const ATTACKS = [
  IMAGE,
  `<script>${RUN}</script>`,
  `<svg onload=${RUN}>`,
  `"'><iframe srcdoc="<script>parent.__xss=1</script>">`,
  `</textarea></title></style><script>${RUN}</script>`,
  `javascript:${RUN}//https://shop.example/"onmouseover="${RUN}`,
  `{{constructor.constructor('${RUN}')()}}`,
].join(' ')

declare global {
  interface Window {
    __xss?: unknown
  }
}

let desk: TestDesk
let shopDesk: TestDesk
let stage: Stage
const params = () => ({ workspaceId: stage.owner.workspaceId })
const here = () => ({ ...params(), conversationId: stage.ids.conversation ?? '' })

before(async () => {
  if (noBrowser) return
  desk = await bootDesk({ withPages: true })
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
  shopDesk = await bootDesk({ beside: desk, withPages: true, withWorkers: false, demoInboxKey: stage.webchatInbox.key })
  await fill()
})

async function fill(): Promise<void> {
  const name = IMAGE
  await postMessage(desk, stage.apiInbox, { from: { id: 'c-1', name: ATTACKS.slice(0, 120) }, text: ATTACKS })
  await done(stage, updateContact, {
    params: { ...params(), contactId: stage.ids.contact ?? '' },
    body: { name, comment: ATTACKS },
  })
  const colour = 'teal'
  const tag = await done(stage, createTag, { params: params(), body: { name: IMAGE.slice(0, 40), colour } })
  await done(stage, conversations.tagConversation, { params: { ...here(), tagId: tag.id } })
  const reply = { shortcut: 'attack', title: IMAGE, text: ATTACKS, language: 'en' }
  stage.ids.savedReply = (await done(stage, createSavedReply, { params: params(), body: reply })).id
  const inbox = { params: { ...params(), inboxId: stage.ids.inbox ?? '' }, body: { name } }
  await done(stage, updateInbox, inbox)
  await done(stage, updatePreferences, { body: { name } })
  const bytes = Buffer.from(`<!doctype html><script>${RUN}</script><img src=x onerror=${RUN}>`)
  const query = { fileName: `${IMAGE.replaceAll('/', '')}.html` }
  const file = await done(stage, conversations.uploadAttachment, { params: here(), query, body: bytes })
  const note = { clientMessageId: newClientId(), text: ATTACKS, attachmentIds: [file.id] }
  await done(stage, conversations.writeNote, { params: here(), body: note })
  const own = { clientMessageId: newClientId(), text: ATTACKS, attachmentIds: [], seenNumber: 99 }
  await done(stage, conversations.sendMessage, { params: here(), body: own })
}

/** Nothing ran: not in the page, not in a frame of it, and nobody complained. */
async function expectHarmless({ page, complaints }: Watched, what: string): Promise<void> {
  for (const frame of page.frames()) {
    // A frame that shows the browser's own error page has no scripts to ask.
    const found = await frame.evaluate(() => window.__xss).catch(() => undefined)
    assert.equal(found, undefined, `${what}: ${frame.url()}`)
  }
  assert.deepEqual(complaints, [], what)
}

/** The attack as a person reads it: whole, letter by letter. */
async function expectShown(page: Page | Frame, text: string, what: string): Promise<void> {
  // Not in the navigation, where one's own name stands on every page.
  const shown = page.locator('main, [role=dialog]').getByText(text)
  await shown
    .first()
    .waitFor()
    .catch(() => assert.fail(`${what}: the text is not there as text`))
}

test('the attacks do run where a page makes HTML of them', withBrowser, async () => {
  const window = await openWindow()
  await window.page.setContent(ATTACKS)
  await assert.rejects(expectHarmless(window, 'planted'))
  await window.context.close()
})

test('in the desk it is text wherever it is shown', withBrowser, async () => {
  const agent = await openWindow()
  const { page } = agent
  await signInBrowser(agent, desk, stage.owner)
  const { conversation, contact, inbox, savedReply } = stage.ids
  const places: [path: string, text: string][] = [
    [`inbox/all/c/${conversation}`, ATTACKS],
    ['inbox/all', IMAGE],
    ['search?q=onerror', 'onerror'],
    ['contacts', IMAGE],
    [`contacts/${contact}`, ATTACKS],
    ['settings/tags', IMAGE.slice(0, 40)],
    ['settings/replies', IMAGE],
    [`settings/replies/${savedReply}`, ATTACKS],
    ['settings/inboxes', IMAGE],
    [`settings/inboxes/${inbox}`, IMAGE],
    ['settings/members', IMAGE],
  ]
  for (const [path, text] of places) {
    desk.clock.advance(10_000)
    await page.goto(`http://localhost:${desk.port}/w/shapla-crafts/${path}`)
    await expectShown(page, text, path)
    await expectHarmless(agent, path)
  }
  await page.goto(`http://localhost:${desk.port}/w/shapla-crafts/inbox/all/c/${conversation}`)
  await page.locator('.composer textarea').waitFor()
  await page.keyboard.press('r')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('/attack')
  await page.locator('[role=option]').first().waitFor()
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('onerror'))
  await page.keyboard.press('Control+k')
  await page.keyboard.type('img')
  await expectShown(page, IMAGE, 'palette')
  await expectHarmless(agent, 'composer and palette')
})

test('a hostile file is handed out as a file, on another origin', withBrowser, async () => {
  const agent = await openWindow()
  const { page } = agent
  await signInBrowser(agent, desk, stage.owner)
  await page.goto(`http://localhost:${desk.port}/w/shapla-crafts/inbox/all/c/${stage.ids.conversation}`)
  const link = page.locator('a.file').last()
  const address = new URL((await link.getAttribute('href')) ?? '')
  assert.equal(address.hostname, 'files.localhost')
  const download = page.waitForEvent('download')
  // Going there is refused by the browser: what comes is a file and no page.
  await assert.rejects(page.goto(address.href), /Download is starting/)
  assert.match((await download).suggestedFilename(), /\.html$/)
  await expectHarmless(agent, 'after the download')
})

test('in the chat it is text, from the desk and from oneself', withBrowser, async () => {
  const shop = await openWindow()
  const { page } = shop
  await page.goto(`http://demo.localhost:${shopDesk.port}/`)
  await page.waitForFunction(() => 'CentralDesk' in window)
  await page.evaluate(() => (window as unknown as { CentralDesk: { open(): void } }).CentralDesk.open())
  const chat = await until(async () => page.frames().find((one) => one.url().includes('/widget/')), 'the frame')
  await chat.fill('textarea', ATTACKS)
  await chat.press('textarea', 'Enter')
  await expectShown(chat, ATTACKS, 'own words')
  const row = await until(async () => {
    const query = { view: 'all' }
    const { conversations: rows } = await done(stage, conversations.listConversations, { params: params(), query })
    return rows.find((one: { channel: string }) => one.channel === 'webchat')
  }, 'the visitor in the list')
  const answer = { clientMessageId: newClientId(), text: `back: ${ATTACKS}`, attachmentIds: [], seenNumber: 9 }
  await done(stage, conversations.sendMessage, { params: { ...params(), conversationId: row.id }, body: answer })
  await expectShown(chat, `back: ${ATTACKS}`, 'the answer')
  await expectHarmless(shop, 'chat')
})

test('an identity that names itself with markup stays a name', withBrowser, async () => {
  const { key, signingSecret } = stage.webchatInbox
  const exp = Math.floor(desk.clock.now().getTime() / 1000) + 600
  const name = `identified ${IMAGE}`
  const visitor = await Visitor.come(desk, key, {
    identity: signJwt(signingSecret, { sub: IMAGE, aud: key, exp, name }),
  })
  await visitor.write(ATTACKS)
  const agent = await openWindow()
  await signInBrowser(agent, desk, stage.owner)
  await agent.page.goto(`http://localhost:${desk.port}/w/shapla-crafts/inbox/unassigned`)
  await expectShown(agent.page, name, 'list')
  await expectHarmless(agent, 'list')
})
