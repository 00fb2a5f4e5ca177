/**
 * Search by words, each a row of tokens of which any one will do: newest first over month boundaries, page by page, in one workspace only, whoever else's messages
 * carry the same tokens.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { NOW, type Place, seedPlace } from '#test/support/intake.ts'
import { RowMaker, uuidAt } from '#test/support/row-maker.ts'
import { inScope } from '#test/support/sign-scope.ts'

const COMMON = 10
const RARE = 20
const THEIRS = 30
const ABSENT = 99
/** Two a month over seven months, the edges of a month among them. Only the last month but two has a partition. */
const MOMENTS = [
  '2026-05-31T23:59:59.999Z',
  '2026-06-01T00:00:00.000Z',
  '2026-06-30T23:59:59.999Z',
  '2026-07-01T00:00:00.000Z',
  '2026-09-15T12:00:00.000Z',
  '2026-10-31T23:59:59.999Z',
  '2026-11-01T00:00:00.000Z',
  '2026-11-24T04:00:00.000Z',
]

let database: FreshDatabase
let app: pg.Client
let maker: RowMaker
let place: Place
let neighbour: Place
let ids: string[]

before(async () => {
  database = await freshDatabase()
  const admin = await connect(database.superuser)
  app = await connect(database.as('desk_app'))
  const worker = await connect(database.as('desk_worker'))
  await worker.query('select app.ensure_month_partitions($1, 2)', [NOW])
  maker = await RowMaker.on(admin)
  place = await seedIndexed()
  neighbour = await seedIndexed()
  ids = []
  for (const [at, moment] of MOMENTS.entries()) {
    const own = at === 2 ? [COMMON, RARE] : [COMMON]
    ids.unshift(await index(place, moment, own))
    await index(neighbour, moment, [COMMON, THEIRS])
  }
})

async function seedIndexed(): Promise<Place> {
  const seeded = await seedPlace(maker)
  for (const table of ['contact', 'contact_address', 'conversation']) await maker.make(table, seeded.workspaceId)
  return seeded
}

async function index({ workspaceId }: Place, moment: string, tokens: number[]): Promise<string> {
  const message_id = uuidAt(moment)
  await maker.make('search_entry', workspaceId, { message_id, tokens: tokens.map(String) })
  return message_id
}

/** A word with one form. */
const word = (token: number) => [String(token)]

function search(words: string[][], before: string | null = null, limit = 100, at = place): Promise<string[]> {
  return inScope(app, at.workspaceId, async () => {
    const values = [words, before, limit]
    const { rows } = await app.query('select * from app.search_messages($1, $2, $3)', values)
    return rows.map((row) => row.message_id)
  })
}

test('every message with the word is found, newest first, over months with and without a partition', async () => {
  assert.deepEqual(await search([word(COMMON)]), ids)
  assert.deepEqual(await search([word(RARE)]), [ids.at(-3)])
})

test('all words must be there, each in one of its forms', async () => {
  assert.deepEqual(await search([word(COMMON), word(RARE)]), [ids.at(-3)])
  assert.deepEqual(await search([word(COMMON), word(ABSENT)]), [])
  assert.deepEqual(
    await search([
      ['20', '99'],
      ['99', '10'],
    ]),
    [ids.at(-3)],
  )
  const many = Array.from({ length: 9 }, () => word(COMMON))
  assert.deepEqual(await search([...many, word(RARE)]), [ids.at(-3)])
  assert.deepEqual(await search([...many, word(ABSENT)]), [])
})

test('pages follow each other without a gap or a repeat, whatever their size', async () => {
  for (const limit of [1, 2, 3, 5, 7, 8]) {
    const found: string[] = []
    for (let before: string | null = null; ; before = found.at(-1) ?? null) {
      const page = await search([word(COMMON)], before, limit)
      found.push(...page)
      if (page.length < limit) break
    }
    assert.deepEqual(found, ids, `pages of ${limit}`)
  }
})

test("another workspace's messages are never found, not even by their own tokens", async () => {
  assert.deepEqual(await search([word(THEIRS)]), [])
  assert.equal((await search([word(THEIRS)], null, 100, neighbour)).length, MOMENTS.length)
  assert.ok((await search([word(COMMON)], null, 100, neighbour)).every((id) => !ids.includes(id)))
})

test('a workspace without messages finds nothing', async () => {
  const empty = await seedPlace(maker)
  assert.deepEqual(await search([word(COMMON)], null, 100, empty), [])
})

test('a search without a scope, without words, or for too much is refused', async () => {
  const call = (name: string) =>
    app.query(`select * from app.${name}('{{10}}', ${name === 'search_messages' ? 'null,' : ''} 10)`)
  await assert.rejects(call('search_messages'), { code: 'DK003' })
  await assert.rejects(call('search_contacts'), { code: 'DK003' })
  await assert.rejects(search([]), { code: 'P0001' })
  await assert.rejects(search([word(COMMON)], null, 501), { code: 'P0001' })
  await assert.rejects(search(Array(11).fill(word(COMMON))), { code: 'P0001' })
})

test('contacts are found by token in the own workspace only, newest first', async () => {
  const add = async (at: Place, moment: string | undefined) => {
    const contact = await maker.make('contact', at.workspaceId, { id: uuidAt(moment) })
    await maker.make('contact_search_entry', at.workspaceId, { tokens: [String(COMMON)] })
    return contact.id
  }
  const mine = [await add(place, MOMENTS[1]), await add(place, MOMENTS[0]), await add(place, MOMENTS[7])]
  await add(neighbour, MOMENTS[2])
  const found = await inScope(app, place.workspaceId, () =>
    app.query('select * from app.search_contacts($1, 10)', [[word(COMMON)]]),
  )
  assert.deepEqual(
    found.rows.map((row) => row.contact_id),
    [mine[2], mine[0], mine[1]],
  )
})

test('a search is complete when nothing of the own workspace waits to be indexed', async () => {
  const complete = async (at: Place) => {
    const answer = await inScope(app, at.workspaceId, () => app.query('select app.search_is_complete() as it'))
    return answer.rows[0].it
  }
  await maker.make('message', neighbour.workspaceId)
  await maker.make('search_backlog', neighbour.workspaceId)
  assert.equal(await complete(place), true)
  assert.equal(await complete(neighbour), false)
})
