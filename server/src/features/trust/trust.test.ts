/**
 * What the page may say: a sentence is proven when a proof of this very program, not too old, says that each of its
 * attacks was tried and held, and that none of its faults was missed. Nothing that is put into the page is markup.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { SECTIONS } from '@central-desk/controls/claims'
import { brokenRules, noBrowser, openWindow } from '#test/support/browser.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { tooSmall, tooWide } from '#test/support/look.ts'
import { securityPage } from './page.ts'
import { programHash } from './program.ts'
import { type Proof, readProof, standingNow } from './standing.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const DAY_MS = 86_400_000
const CLAIMS = SECTIONS.flatMap(({ claims }) => claims)
const PROBED = CLAIMS.filter(({ standing }) => standing.by === 'probes' && standing.butNot === undefined)
const [first] = PROBED
assert.ok(first, 'no claim stands on probes')
const firstId = first.id

type Change = { result?: 'pass' | 'fail' | 'error' | 'skipped'; fault?: 'caught' | 'missed'; name?: string }

/** Everything held, but what is said of one claim. */
function proofWith({ result = 'pass', fault = 'caught', name = 'a fault' }: Change = {}): Proof {
  const claims = CLAIMS.map(({ id, standing }) => ({
    id,
    checks: (standing.by === 'probes' ? standing.probes : []).map((probe) => {
      return { probe, result: id === firstId ? result : ('pass' as const), attempts: 1_234 }
    }),
    faults: [{ name, result: id === firstId ? fault : ('caught' as const) }],
  }))
  const target = { program: 'this one', version: '1', commit: 'c0ffee' }
  return { finishedAt: new Date(NOW.getTime() - DAY_MS).toISOString(), target, claims }
}

function statusIn(proof: Proof | null, program = 'this one', now = NOW): string | undefined {
  return standingNow(proof, program, '1', now).claims.find(({ id }) => id === firstId)?.status
}

test('a sentence is proven by attacks that held, and by nothing less', () => {
  assert.equal(statusIn(proofWith()), 'proven')
  assert.equal(statusIn(proofWith({ result: 'fail' })), 'failing')
  assert.equal(statusIn(proofWith({ result: 'error' })), 'failing')
  assert.equal(statusIn(proofWith({ result: 'skipped' })), 'stale')
  assert.equal(statusIn(null), 'stale')
})

test('a fault that nobody noticed takes the proof away', () => {
  assert.equal(statusIn(proofWith({ fault: 'missed' })), 'failing')
})

test('a proof of another program, or one that is a month old, proves nothing', () => {
  assert.equal(statusIn(proofWith(), 'another one'), 'stale')
  assert.equal(statusIn(proofWith(), 'this one', new Date(NOW.getTime() + 28 * DAY_MS)), 'proven')
  assert.equal(statusIn(proofWith(), 'this one', new Date(NOW.getTime() + 30 * DAY_MS)), 'stale')
  const told = standingNow(proofWith(), 'another one', '1', NOW).claims.map(({ status }) => status)
  assert.ok(!told.includes('proven'))
})

test('what cannot be read as a proof is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-trust-'))
  after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'proof.json')
  assert.equal(await readProof(file), null)
  for (const text of ['', '{', '{}', '[]', '{"claims":[],"finishedAt":"some day"}']) {
    writeFileSync(file, text)
    assert.equal(await readProof(file), null, text)
  }
  writeFileSync(file, JSON.stringify(proofWith()))
  assert.equal((await readProof(file))?.claims.length, CLAIMS.length)
})

test('the program is named by its sources: the same today and tomorrow', () => {
  assert.match(programHash(), /^[0-9a-f]{64}$/)
  assert.equal(programHash(), programHash())
})

test('every status has its word on the page, every sentence is there, and numbers add up', () => {
  const page = securityPage(standingNow(proofWith({ result: 'fail' }), 'this one', '1', NOW), 'n')
  const chips = [...page.matchAll(/<div class="line">.*?<span class="chip (\w+)">/g)].map(([, status]) => status)
  assert.equal(chips.length, CLAIMS.length)
  for (const status of ['proven', 'failing', 'not_in_force', 'planned', 'attested']) assert.ok(chips.includes(status))
  const counted = [...page.matchAll(/<li><b>(\d+)<\/b>/g)].reduce((sum, [, count]) => sum + Number(count), 0)
  assert.equal(counted, CLAIMS.length)
  assert.match(page, /broke through, 1,234 attempts/)
})

test('words are escaped wherever they are put in', () => {
  const markup = `<img src=x onerror="a">'&`
  const standing = standingNow(proofWith(), 'this one', markup, NOW)
  const claims = standing.claims.map((claim) => ({
    ...claim,
    id: markup,
    section: markup,
    sentence: markup,
    how: markup,
    reason: markup,
    status: 'planned' as const,
    checks: [{ probe: markup, attacks: markup, result: 'pass' as const, attempts: 1 }],
  }))
  const page = securityPage({ ...standing, commit: markup, provenAt: markup, claims }, markup)
  assert.doesNotMatch(page, /<img|onerror="/)
  assert.match(page, /&lt;img src=x onerror=&quot;a&quot;&gt;&#39;&amp;/)
})

let desk: TestDesk
before(async () => {
  desk = await bootDesk({ withWorkers: false })
})

test('anybody is served the page and its data, the page without a script and under its own policy', async () => {
  const page = await desk.client().raw('GET', '/security')
  assert.equal(page.status, 200)
  assert.doesNotMatch(page.text, /<script|style="|\son\w+=/)
  const policy = String(page.headers['content-security-policy'])
  assert.match(policy, /default-src 'none'/)
  assert.doesNotMatch(policy, /unsafe|script-src/)
  const served = await desk.client().raw('GET', '/security/claims.json')
  assert.deepEqual(
    served.body.claims.map(({ id }: { id: string }) => id),
    CLAIMS.map(({ id }) => id),
  )
})

test('the page can be read by everybody, wide and on a phone, light and dark', { skip: noBrowser }, async () => {
  const { page, complaints, context } = await openWindow()
  await page.goto(`${desk.url}/security`)
  for (const width of [1366, 390]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 844 })
      await page.emulateMedia({ colorScheme })
      await page.evaluate(() => {
        for (const one of document.querySelectorAll('details')) one.open = true
      })
      const found = [...(await brokenRules(page)), ...(await tooWide(page)), ...(await tooSmall(page))]
      assert.deepEqual(found, [], `${width} ${colorScheme}`)
    }
  }
  assert.deepEqual(complaints, [])
  await context.close()
})
