/**
 * The main job in real browsers: a visitor writes on a shop's page, the agent sees it and answers, the visitor reads the
 * answer; and what a cut network does to it. Any Content-Security-Policy or Trusted Types report, and any page error,
 * fails the test.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Frame } from 'playwright-core'
import { noBrowser, openWindow, signInBrowser, type Watched } from '#test/support/browser.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { makeStage, postMessage, type Stage } from '#test/support/stage.ts'

let desk: TestDesk
let stage: Stage
let shopDesk: TestDesk
before(async () => {
  if (noBrowser) return
  desk = await bootDesk({ withPages: true })
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
  // The storefront shows the inbox of this stage: a second process on the same database, which serves the pages too.
  shopDesk = await bootDesk({ beside: desk, withPages: true, withWorkers: false, demoInboxKey: stage.webchatInbox.key })
})

const withBrowser = { skip: noBrowser }

async function openChat(shop: Watched): Promise<Frame> {
  await shop.page.goto(`http://demo.localhost:${shopDesk.port}/`)
  await shop.page.waitForFunction(() => 'CentralDesk' in window)
  await shop.page.evaluate(() => (window as unknown as { CentralDesk: { open(): void } }).CentralDesk.open())
  await shop.page.waitForSelector('html')
  for (;;) {
    const frame = shop.page.frames().find((one) => one.url().includes('/widget/'))
    if (frame) {
      await frame.waitForSelector('textarea')
      return frame
    }
    await shop.page.waitForTimeout(50)
  }
}

function nothingComplained(...windows: Watched[]): void {
  for (const { complaints } of windows) assert.deepEqual(complaints, [])
}

test('a visitor writes, the agent answers, the visitor reads it; notes stay inside', withBrowser, async () => {
  const agent = await openWindow()
  await signInBrowser(agent, desk, stage.people.agent)
  await agent.page.goto(`http://localhost:${desk.port}/w/shapla-crafts/inbox/unassigned`)
  await agent.page.getByText('Contact Own').first().waitFor()

  const shop = await openWindow()
  const chat = await openChat(shop)
  const question = 'শুক্রবার কি দোকান খোলা? <img src=x onerror=alert(1)>'
  await chat.fill('textarea', question)
  await chat.press('textarea', 'Enter')

  await agent.page.getByText('শুক্রবার কি দোকান খোলা').first().click()
  await agent.page.locator('[role=log]').getByText(question).first().waitFor()
  await agent.page.locator('textarea').first().waitFor()
  await agent.page.keyboard.press('r')
  await agent.page.keyboard.type('জি, রাত ৮টা পর্যন্ত খোলা।')
  await agent.page.keyboard.press('Control+Enter')
  await chat.getByText('জি, রাত ৮টা পর্যন্ত খোলা।', { exact: true }).waitFor()

  await agent.page.keyboard.press('Escape')
  await agent.page.keyboard.press('n')
  await agent.page.keyboard.type('only for the team')
  await agent.page.keyboard.press('Control+Enter')
  await agent.page.getByText('only for the team').first().waitFor()
  await chat.fill('textarea', 'ধন্যবাদ')
  await chat.press('textarea', 'Enter')
  await agent.page.getByText('ধন্যবাদ').first().waitFor()
  assert.equal(await chat.getByText('only for the team').count(), 0)
  nothingComplained(agent, shop)
})

test(
  'a hundred messages while the network was cut are on the screen afterwards, without a reload',
  withBrowser,
  async () => {
    const agent = await openWindow()
    await signInBrowser(agent, desk, stage.people.agent)
    const { page, context } = agent
    await page.goto(`http://localhost:${desk.port}/w/shapla-crafts/inbox/all/c/${stage.ids.conversation}`)
    await page.getByText('inbound Own').first().waitFor()
    await page.evaluate(() => {
      ;(window as unknown as { notReloaded: boolean }).notReloaded = true
    })
    await context.setOffline(true)
    for (let number = 1; number <= 100; number++) {
      desk.clock.advance(100)
      await postMessage(desk, stage.apiInbox, { from: { id: 'c-1' }, text: `while away ${number}` })
    }
    await context.setOffline(false)
    await page.getByText('while away 100', { exact: true }).first().waitFor()
    const shown = await page.locator('[role=log], main').allInnerTexts()
    for (const number of [100, 99, 90]) assert.ok(shown.join('\n').includes(`while away ${number}`), String(number))
    assert.equal(await page.evaluate(() => (window as unknown as { notReloaded?: boolean }).notReloaded), true)
    // A cut network makes the browser report failed loads, which are no complaint of the page's policy.
    assert.deepEqual(
      agent.complaints.filter((one) => one.startsWith('CSP')),
      [],
    )
  },
)

test('a draft survives a reload, and a viewer has nothing to write with', withBrowser, async () => {
  const agent = await openWindow()
  await signInBrowser(agent, desk, stage.people.agent)
  const address = `http://localhost:${desk.port}/w/shapla-crafts/inbox/all/c/${stage.ids.conversation}`
  await agent.page.goto(address)
  await agent.page.getByText('while away 100', { exact: true }).first().waitFor()
  await agent.page.keyboard.press('r')
  await agent.page.keyboard.type('half a thought, অর্ধেক ভাবনা')
  await agent.page.reload()
  await agent.page.locator('textarea').first().waitFor()
  await agent.page.waitForFunction(() =>
    [...document.querySelectorAll('textarea')].some((field) => field.value.includes('অর্ধেক ভাবনা')),
  )

  const viewer = await openWindow()
  await signInBrowser(viewer, desk, stage.people.viewer)
  await viewer.page.goto(address)
  await viewer.page.getByText('while away 100', { exact: true }).first().waitFor()
  assert.equal(await viewer.page.locator('textarea').count(), 0)
  nothingComplained(agent, viewer)
})
