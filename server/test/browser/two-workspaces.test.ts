/**
 * One person in two workspaces, in a real browser: going over by menu, by palette and by a link, with the keyboard alone;
 * nothing of one is on the screen of the other, what came meanwhile is there on the way back, and what was written in a
 * workspace one was removed from does not stay on the machine.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { removeMember } from '@central-desk/contract/members.ts'
import { acceptInvitation } from '@central-desk/contract/session.ts'
import type { Page } from 'playwright-core'
import { brokenRules, noBrowser, openWindow, signInBrowser } from '#test/support/browser.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { picture, tooSmall, tooWide } from '#test/support/look.ts'
import { inviteToken, type Person } from '#test/support/people.ts'
import { done, makeStage, postMessage, type Stage, until } from '#test/support/stage.ts'

const withBrowser = { skip: noBrowser }

let desk: TestDesk
let shapla: Stage
let meghna: Stage
/** Agent of Shapla, and since today of Meghna too. */
let both: Person
let meghnaMemberId: string

before(async () => {
  if (noBrowser) return
  desk = await bootDesk({ withPages: true })
  shapla = await makeStage(desk, 'Shapla Crafts', 'Shapla')
  meghna = await makeStage(desk, 'Meghna Telecom', 'Meghna')
  both = shapla.people.agent
  const token = await inviteToken(meghna.owner, both.email, 'agent')
  const joined = await both.client.call(acceptInvitation, { params: { token }, body: {} })
  assert.equal(joined.status, 201, joined.text)
  const found = joined.body.memberships.find(
    ({ workspace }: { workspace: { id: string } }) => workspace.id === meghna.owner.workspaceId,
  )
  meghnaMemberId = found.memberId
})

const at = (slug: string, path: string) => `http://localhost:${desk.port}/w/${slug}/${path}`
const draftsKept = (page: Page) =>
  page.evaluate(() =>
    Object.entries({ ...localStorage })
      .filter(([name]) => name.includes('.draft.'))
      .map(([, kept]) => JSON.parse(kept).text as string),
  )

test('one goes over and back by keyboard, and nothing of one workspace is in the other', withBrowser, async () => {
  const agent = await openWindow()
  const { page } = agent
  await signInBrowser(agent, desk, both)
  await page.goto(at('shapla-crafts', `inbox/all/c/${shapla.ids.conversation}`))
  await page.getByText('inbound Shapla').first().waitFor()
  await page.locator('.composer-field').waitFor()
  await page.keyboard.press('r')
  await page.keyboard.type('for Shapla alone')
  await page.keyboard.press('Escape')

  await page.locator('.nav-workspace').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: /Meghna/ }).waitFor()
  await until(async () => {
    const name = await page.evaluate(() => document.activeElement?.textContent ?? '')
    if (name.startsWith('Meghna')) return true
    await page.keyboard.press('ArrowDown')
    return null
  }, 'the other workspace to have the focus')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/w/meghna-telecom/inbox/mine')
  await page.locator('[role=menu]').waitFor({ state: 'detached' })
  await page.locator('.nav-item', { hasText: 'All open' }).click()
  await page.getByText('Contact Meghna').first().waitFor()
  assert.equal(
    await page
      .locator('main')
      .getByText(/Shapla/)
      .count(),
    0,
    'no word of the other workspace',
  )

  // The clock of the desk stands still, and with it what a session may ask in a minute.
  desk.clock.advance(60_000)
  // While away: what happens there is not told here, and what happens here is.
  await postMessage(desk, shapla.apiInbox, { from: { id: 'c-9', name: 'Nobody Here' }, text: 'to Shapla meanwhile' })
  await postMessage(desk, meghna.apiInbox, { from: { id: 'c-9', name: 'Somebody' }, text: 'to Meghna now' })
  await page.locator('[data-row]').getByText('to Meghna now').waitFor()
  assert.equal(await page.getByText('to Shapla meanwhile').count(), 0)
  await page.locator(`[data-row="${meghna.ids.conversation}"]`).click()
  await page.locator('.composer-field').waitFor()
  assert.equal(await page.locator('.composer-field').inputValue(), '')
  await page.keyboard.press('r')
  await page.keyboard.type('for Meghna alone')
  await page.keyboard.press('Escape')

  // Back by the palette: everything as it stands now, and the draft as it was left.
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('shapla cr')
  await page.getByRole('option', { name: /Shapla Crafts/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/w/shapla-crafts/inbox/mine')
  await page.locator('[role=dialog]').waitFor({ state: 'detached' })
  await page.locator('.nav-item', { hasText: 'All open' }).click()
  await page.locator('[data-row]').getByText('to Shapla meanwhile').waitFor()
  await page.locator(`[data-row="${shapla.ids.conversation}"]`).click()
  await page.waitForFunction(
    () => document.querySelector<HTMLTextAreaElement>('.composer-field')?.value === 'for Shapla alone',
  )

  // A link leads over too, and the start is where one was last.
  await page.goto(at('meghna-telecom', `inbox/all/c/${meghna.ids.conversation}`))
  await page.locator('[role=log]').getByText('inbound Meghna').waitFor()
  await page.goto(`http://localhost:${desk.port}/`)
  await page.waitForURL('**/w/meghna-telecom/inbox/mine')
  // On a phone the way over stands in one's own menu.
  for (const [colorScheme, width] of [
    ['light', 1366],
    ['dark', 390],
  ] as const) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.locator(width === 390 ? '.nav-person' : '.nav-workspace').click()
    await page.getByRole('menuitem', { name: /Shapla Crafts/ }).waitFor()
    await picture(page, `workspaces-${colorScheme}-${width}`)
    assert.deepEqual([...(await tooSmall(page)), ...(await tooWide(page)), ...(await brokenRules(page))], [])
    await page.keyboard.press('Escape')
    await page.locator('[role=menu]').waitFor({ state: 'detached' })
  }
  assert.deepEqual(agent.complaints, [])

  desk.clock.advance(60_000)
  // Removed from one: its page closes by itself, its drafts go from the machine, those of the other stay.
  assert.deepEqual((await draftsKept(page)).sort(), ['for Meghna alone', 'for Shapla alone'])
  const params = { workspaceId: meghna.owner.workspaceId, memberId: meghnaMemberId }
  await done(meghna, removeMember, { params })
  await page.getByText('Not found, or no access').first().waitFor()
  assert.deepEqual(await draftsKept(page), ['for Shapla alone'])
  await page.goto(`http://localhost:${desk.port}/`)
  await page.waitForURL('**/w/shapla-crafts/inbox/mine')
  await agent.context.close()
})
