/**
 * The keys of a workspace while people work: rotation, resealing and re-index in the middle of a flood lose nothing, make
 * nothing twice and take nobody for somebody new; destroying the keys makes that workspace unreadable for good, by every route and in the rows
 * themselves, and leaves its neighbour alone.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { getThread, listConversations, search } from '@central-desk/contract/conversations.ts'
import * as keys from '#src/features/keys/index.ts'
import { withClient } from '#src/postgres/address.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { done, makeStage, postHook, postMessage, type Stage, until } from '#test/support/stage.ts'

const MESSAGES = 60
/** A new version seals when every process must have learnt of it. */
const UNTIL_IT_SEALS_MS = 3 * 60_000

let desk: TestDesk
/** Another process on the same database and key store. */
let other: TestDesk
let shapla: Stage
let meghna: Stage
before(async () => {
  desk = await bootDesk()
  other = await bootDesk({ beside: desk })
  shapla = await makeStage(desk, 'Shapla Crafts', 'Own')
  meghna = await makeStage(desk, 'Meghna Telecom', 'Next')
})

async function uuidOf(slug: string): Promise<string> {
  return withClient(desk.database.superuser, async (client) => {
    const { rows } = await client.query('select id from desk.workspace where slug = $1', [slug])
    return rows[0].id
  })
}

async function textsIn(stage: Stage): Promise<string[]> {
  const params = { workspaceId: stage.owner.workspaceId, conversationId: stage.ids.conversation ?? '' }
  const { items } = await done(stage, getThread, { params, query: { limit: 100 } })
  return items.flatMap((item: { text?: string }) => item.text ?? [])
}

test('a rotation in the middle of a flood loses nothing, and both versions stay readable', async () => {
  const workspaceId = await uuidOf('shapla-crafts')
  const flood = async (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      await postMessage(desk, shapla.apiInbox, { from: { id: 'c-1' }, text: `flood ${n}` })
    }
  }
  const half = flood(0, MESSAGES / 2)
  const { version } = await desk.kernel.vault.rotateContent(workspaceId)
  await half
  desk.clock.advance(UNTIL_IT_SEALS_MS)
  await flood(MESSAGES / 2, MESSAGES)
  const texts = await until(async () => {
    const found = await textsIn(shapla)
    return found.includes(`flood ${MESSAGES - 1}`) ? found : null
  }, 'the whole flood')
  for (let n = 0; n < MESSAGES; n++) assert.ok(texts.includes(`flood ${n}`), `flood ${n}`)
  const keys = await desk.kernel.vault.open(workspaceId)
  const versions = await withClient(desk.database.superuser, async (client) => {
    const { rows } = await client.query('select text_sealed from desk.message where workspace_id = $1', [workspaceId])
    return new Set(rows.map((row) => keys.versionOf(row.text_sealed)))
  })
  assert.deepEqual([...versions].sort(), [version - 1, version])
})

const PEOPLE = 8
const WORDS = ['parcel', 'refund', 'sharee', 'delivery']

/** Posts of everybody, each message in two calls at once, until it is told to end; what was answered with yes. */
function pour(): { stop(): Promise<string[]> } {
  const accepted: string[] = []
  let isOver = false
  const one = async (person: number, n: number) => {
    const text = `${WORDS[n % WORDS.length]} ${person} ${n}`
    const message = { type: 'message', id: `m-${person}-${n}`, from: { id: `p-${person}` }, text }
    const body = JSON.stringify(message)
    const to = n % 2 === 0 ? desk : other
    const answers = await Promise.all([postHook(to, shapla.apiInbox, body), postHook(desk, shapla.apiInbox, body)])
    for (const { status } of answers) assert.equal(status, 200)
    accepted.push(text)
  }
  const running = (async () => {
    for (let n = 0; !isOver; n++) {
      await Promise.all(Array.from({ length: PEOPLE }, (_, person) => one(person, n)))
      desk.clock.advance(2_000)
    }
  })()
  return {
    async stop() {
      isOver = true
      await running
      return accepted
    },
  }
}

async function texts(workspaceId: string): Promise<{ text: string; contact: string; version: number }[]> {
  const keys = await desk.kernel.vault.open(workspaceId)
  return withClient(desk.database.superuser, async (client) => {
    const { rows } = await client.query(
      `select m.id, m.text_sealed, c.contact_id from desk.message m
       join desk.conversation c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
       where m.workspace_id = $1 and m.direction = 'in'`,
      [workspaceId],
    )
    return rows.map(({ id, text_sealed, contact_id }) => ({
      text: keys.unsealText({ table: 'message', row: id, field: 'text' }, text_sealed),
      contact: contact_id,
      version: keys.versionOf(text_sealed),
    }))
  })
}

const isFrom = (person: number) => (found: { text: string }) => found.text.split(' ')[1] === String(person)

test('reseal and re-index while messages pour in through two processes: none lost, none twice, nobody new', async () => {
  const workspaceId = await uuidOf('shapla-crafts')
  const workspace = { id: workspaceId, slug: 'shapla-crafts', name: 'Shapla Crafts' }
  const flood = pour()
  const passes = async (span_ms: number) => {
    for (let passed_ms = 0; passed_ms < span_ms; passed_ms += 5_000) {
      desk.clock.advance(5_000)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const note = () => {}
  const { version } = await keys.rotate(desk.kernel, workspace)
  for (const family of ['lookup', 'search'] as const) await keys.beginReindex(desk.kernel, workspace, family)
  await passes(UNTIL_IT_SEALS_MS)
  const walks = [
    await keys.reseal(desk.kernel, workspace, note),
    await keys.reindex(desk.kernel, workspace, 'lookup', note),
    await keys.reindex(desk.kernel, workspace, 'search', note),
  ]
  for (const walked of walks) assert.ok(walked.kind === 'done' && walked.tally.changed > 0, JSON.stringify(walked))
  const retired = (await keys.retire(desk.kernel, workspace)).filter(({ kind }) => kind === 'retired')
  assert.deepEqual([...new Set(retired.map(({ family }) => family))], ['content', 'search'])
  const accepted = await flood.stop()
  assert.ok(accepted.length > 10 * PEOPLE, `only ${accepted.length} messages were accepted`)

  const stored = await until(async () => {
    const found = new Set((await texts(workspaceId)).map(({ text }) => text))
    return accepted.every((text) => found.has(text)) ? await texts(workspaceId) : null
  }, 'every accepted message')
  const all = stored.filter(({ text }) => WORDS.includes(text.split(' ')[0] ?? ''))
  assert.equal(all.length, new Set(all.map(({ text }) => text)).size, 'no message came twice')
  for (const { version: under } of stored) assert.equal(under, version)
  for (let person = 0; person < PEOPLE; person++) {
    const contacts = new Set(all.filter(isFrom(person)).map(({ contact }) => contact))
    assert.equal(contacts.size, 1, `person ${person} is one contact`)
  }
  // What was written under the old search key and under the new one is found by the new one.
  const first = all.find(({ text }) => text.endsWith(' 0'))?.text ?? ''
  const params = { workspaceId: shapla.owner.workspaceId }
  for (const text of [first, accepted.at(-1) ?? '']) {
    await until(async () => {
      desk.clock.advance(5_000)
      const { hits } = await done(shapla, search, { params, query: { q: text } })
      return hits.length > 0 ? true : null
    }, `the words ${text}`)
  }
  assert.ok((await textsIn(shapla)).includes('flood 0'))
})

test('destroyed keys make a workspace unreadable and leave its neighbour alone', async () => {
  const workspaceId = await uuidOf('shapla-crafts')
  await desk.kernel.vault.destroy(workspaceId)
  const params = { workspaceId: shapla.owner.workspaceId }
  const answer = await shapla.owner.client.call(listConversations, { params, query: { view: 'all' } })
  assert.deepEqual([answer.status, answer.body.code], [410, 'workspace_destroyed'], answer.text)
  const body = JSON.stringify({ type: 'message', id: 'late', from: { id: 'c-1' }, text: 'too late' })
  // The address of a hook is remembered for a second.
  desk.clock.advance(2_000)
  assert.equal((await postHook(desk, shapla.apiInbox, body)).status, 404)
  await assert.rejects(desk.kernel.vault.open(workspaceId))
  await assert.rejects(desk.kernel.vault.create(workspaceId), 'destroyed keys are not made again')

  await postMessage(desk, meghna.apiInbox, { from: { id: 'c-1' }, text: 'the neighbour goes on' })
  await until(async () => ((await textsIn(meghna)).includes('the neighbour goes on') ? true : null), 'the neighbour')
})
