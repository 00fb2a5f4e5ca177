/**
 * Fast hands on a slow machine: what is typed right behind a shortcut reaches the conversation that is marked, and is
 * never taken for shortcuts itself. Signing out is for every tab, and leaves nothing behind.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as conversations from '@central-desk/contract/conversations.ts'
import type { Page } from 'playwright-core'
import { noBrowser, openWindow, signInBrowser, type Watched } from '#test/support/browser.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { done, makeStage, postMessage, type Stage, until } from '#test/support/stage.ts'

const withBrowser = { skip: noBrowser }
const PEOPLE = 6
const SLOWER = 6

let desk: TestDesk
let stage: Stage
const addressOf = (path: string) => `http://localhost:${desk.port}/w/shapla-crafts/${path}`
before(async () => {
  if (noBrowser) return
  desk = await bootDesk({ withPages: true })
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
  for (let number = 1; number <= PEOPLE; number++) {
    desk.clock.advance(60_000)
    await postMessage(desk, stage.apiInbox, { from: { id: `p-${number}`, name: `Person ${number}` }, text: 'hello?' })
  }
})

const params = () => ({ workspaceId: stage.owner.workspaceId })
const readAll = async () =>
  (await done(stage, conversations.listConversations, { params: params(), query: { view: 'all' } })).conversations

async function open(path: string, there: string): Promise<Watched> {
  const agent = await openWindow()
  await signInBrowser(agent, desk, stage.people.agent)
  await agent.page.goto(addressOf(path))
  await agent.page.locator(there).first().waitFor()
  return agent
}

const draftIn = (page: Page, text: string) =>
  page.waitForFunction((wanted) => document.querySelector('textarea')?.value === wanted, text)

test('J, R and the words, without a pause: they are for the one that J marked', withBrowser, async () => {
  await until(async () => ((await readAll()).length > PEOPLE ? true : null), 'everybody to be in the list')
  const agent = await open('inbox/all', '[data-row]')
  const { page, context } = agent
  await page.getByText('Person 1').first().waitFor()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  for (let number = PEOPLE; number > 0; number--) {
    const words = `eat here ${number}`
    await page.keyboard.type(`jr${words}`)
    await draftIn(page, words)
    assert.equal(await page.locator('.talk-name').textContent(), `Person ${number}`)
    await page.keyboard.press('Escape')
  }
  const rows: { status: string; assigneeId: string | null }[] = await readAll()
  assert.deepEqual(new Set(rows.map((row) => `${row.status} ${row.assigneeId}`)), new Set(['open null']))
  assert.deepEqual(agent.complaints, [])
  await context.close()
})

test('a reply begun while a link still opens goes on in the conversation', withBrowser, async () => {
  const agent = await open('inbox/mine', 'main')
  const { page } = agent
  let letIn = () => {}
  const held = new Promise<void>((resolve) => {
    letIn = resolve
  })
  await page.route(`**/conversations/${stage.ids.conversation}`, async (route) => {
    await held
    await route.continue()
  })
  await page.goto(addressOf(`inbox/mine/c/${stage.ids.conversation}`))
  await page.locator('section.talk').waitFor()
  await page.keyboard.type('nearly the')
  letIn()
  await page.locator('.talk-name').waitFor()
  await page.keyboard.type('re')
  await draftIn(page, 'early there')
  assert.deepEqual(agent.complaints, [])
  await agent.context.close()
})

test('signing out is for every tab, and nothing anybody wrote stays in the browser', withBrowser, async () => {
  const agent = await open(`inbox/all/c/${stage.ids.conversation}`, '.note')
  const { page, context } = agent
  const other = await context.newPage()
  await other.goto(addressOf('inbox/all'))
  await other.locator('[data-row]').first().waitFor()
  await page.keyboard.type('rnot for the next one')
  await draftIn(page, 'not for the next one')
  await page.keyboard.press('Escape')
  await page.locator('.nav-person').click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  for (const tab of [page, other]) {
    await tab.waitForURL((url) => url.pathname === '/signin' && url.search === '')
    await tab.locator('input[type=password]').waitFor()
  }
  const left = await page.evaluate(async () =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, await indexedDB.databases(), await caches.keys()]),
  )
  assert.doesNotMatch(left, /not for the next|Own|Person|inbound/)
  assert.deepEqual(agent.complaints, [])
  await context.close()
})
