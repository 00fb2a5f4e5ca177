/**
 * Row-level security must not cost an index: the list, the thread, the queues and the search read through the index
 * made for them, under the very roles and policies of the program. Looks at plans and at the counters of the indexes,
 * never at time. The tables hold a few thousand rows of three workspaces, so that reading them whole is no bargain.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, test } from 'node:test'
import type pg from 'pg'
import { pageOfView, selectLastMessages } from '#src/features/conversations/row-queries.ts'
import { selectTexts } from '#src/features/conversations/search-queries.ts'
import { selectMessagesById } from '#src/features/conversations/thread-queries.ts'
import { firstIdAt } from '#src/kernel/ids.ts'
import { queriesOn } from '#src/kernel/pools.ts'
import type { WorkspaceTx } from '#src/kernel/scope.ts'
import { connect } from '#test/support/connections.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { hex, itemIn, keep, NOW, type Place, rawIn, seedPlace, store } from '#test/support/intake.ts'
import { RowMaker } from '#test/support/row-maker.ts'
import { inScope } from '#test/support/sign-scope.ts'

const CONVERSATIONS = 2500
const MESSAGES = 4000
/** So many that the planner would rather walk them than believe that a word stands in no name. */
const CONTACTS = 20_000
/** Tokens are keyed by workspace, so no two workspaces share one. The first of each stands in all its messages. */
const COMMON_TOKEN = 1_000_000
const TOKENS_APART = 10_000
/** The lowest id of 2026-11-17. */
const WEEK_AGO = firstIdAt(new Date('2026-11-17T00:00:00Z'))

let database: FreshDatabase
let admin: pg.Client
let app: pg.Client
let place: Place
let seldomInboxId: string

before(async () => {
  database = await freshDatabase()
  admin = await connect(database.superuser)
  app = await connect(database.as('desk_app'))
  await admin.query('select app.ensure_month_partitions($1, 1)', [NOW])
  const maker = await RowMaker.on(admin)
  for (let at = 0; at < 3; at++) {
    place = await seedPlace(maker)
    for (const table of ['contact', 'contact_address', 'conversation']) await maker.make(table, place.workspaceId)
    await fill(place, COMMON_TOKEN + at * TOKENS_APART, maker)
  }
  seldomInboxId = String((await maker.make('inbox', place.workspaceId)).id)
  await admin.query('update desk.conversation set inbox_id = $1 where workspace_id = $2 and number % 500 = 0', [
    seldomInboxId,
    place.workspaceId,
  ])
  await admin.query('analyze')
})

/** Conversations spread over status and time; messages, half of them in one thread, over three months. */
async function fill({ workspaceId, inboxId }: Place, firstToken: number, maker: RowMaker): Promise<void> {
  const { id: conversationId, contact_id, contact_address_id } = maker.newest('conversation', workspaceId)
  const places = [workspaceId, inboxId, contact_id, contact_address_id, CONVERSATIONS]
  await admin.query(
    `insert into desk.conversation (workspace_id, id, number, inbox_id, contact_id, contact_address_id, status,
       last_activity_at, created_at)
     select $1, gen_random_uuid(), -n, $2, $3, $4, (array['open', 'pending', 'closed'])[1 + n % 3],
       '2026-11-24T00:00:00Z'::timestamptz - n * interval '1 minute', '2026-11-01T00:00:00Z'
     from generate_series(1, $5) as n`,
    places,
  )
  await admin.query(
    `with made as (
       select n, '2026-11-24T00:00:00Z'::timestamptz - n * interval '15 minutes' as at from generate_series(1, $3) as n
     ), named as (
       select n, at, overlay(app.uuid_floor(at)::text placing substr(md5($1 || n), 1, 12) from 25)::uuid as id from made
     ), written as (
       insert into desk.message (workspace_id, id, conversation_id, number, direction, author_kind, text_sealed,
         preview_sealed, sent_at, received_at)
       select $1::uuid, id, $2::uuid, n, 'in', 'contact', decode('c1' || repeat('00', 30), 'hex'),
         decode('c1' || repeat('00', 30), 'hex'), at, at
       from named returning workspace_id, id, conversation_id, number
     )
     insert into desk.search_entry (workspace_id, message_id, conversation_id, tokens)
     select workspace_id, id, conversation_id, array[$4::bigint, $4 + 1 + number % 400, $4 + 500 + number % 770]
     from written`,
    [workspaceId, conversationId, MESSAGES, firstToken],
  )
}

type Plan = { 'Node Type': string; 'Index Name'?: string; 'Relation Name'?: string; Plans?: Plan[] }

async function planOf(client: pg.Client, statement: string, values: unknown[] = []): Promise<Plan[]> {
  const { rows } = await client.query(`explain (format json) ${statement}`, values)
  const flat = (node: Plan): Plan[] => [node, ...(node.Plans ?? []).flatMap(flat)]
  return flat(rows[0]['QUERY PLAN'][0].Plan)
}

/** Reads through that index (or its part in a partition), and neither sorts nor reads a table whole. */
function assertReadsThrough(plan: readonly Plan[], index: RegExp): void {
  const said = JSON.stringify(plan.map((node) => [node['Node Type'], node['Index Name'] ?? node['Relation Name']]))
  assert.ok(
    plan.some((node) => index.test(node['Index Name'] ?? '')),
    `${index} is not used: ${said}`,
  )
  assert.ok(
    !plan.some((node) => /^(Seq Scan|Sort|Incremental Sort)$/.test(node['Node Type'])),
    `too much is read: ${said}`,
  )
}

const LISTS = [
  { of: 'a status', where: "status = 'open'", index: /^conversation_list$/ },
  {
    of: 'what nobody is assigned to',
    where: "assignee_id is null and status = 'open'",
    index: /^conversation_unassigned$/,
  },
]
for (const { of, where, index } of LISTS) {
  test(`the list of ${of} reads one page of its index, at the start and deep down`, async () => {
    await inScope(app, place.workspaceId, async () => {
      const page = `select * from desk.conversation where ${where}`
      const end = 'order by last_activity_at desc, id desc limit 50'
      assertReadsThrough(await planOf(app, `${page} ${end}`), index)
      const cursor = "and (last_activity_at, id) < ('2026-11-23T00:00:00Z', 'ffffffff-ffff-ffff-ffff-ffffffffffff')"
      assertReadsThrough(await planOf(app, `${page} ${cursor} ${end}`), index)
    })
  })
}

test("a member's list reads its index", async () => {
  await inScope(app, place.workspaceId, async () => {
    const list = `select * from desk.conversation where assignee_id = $1 and status = 'open'
      order by last_activity_at desc, id desc limit 50`
    assertReadsThrough(await planOf(app, list, [place.memberId]), /^conversation_assigned$/)
  })
})

test('the list by who waits longest reads one page of its index, at the start and among those who do not wait', async () => {
  await inScope(app, place.workspaceId, async () => {
    const waiting = "coalesce(waiting_since, 'infinity'::timestamptz)"
    const page = "select * from desk.conversation where status = 'open'"
    const end = `order by ${waiting}, id limit 50`
    assertReadsThrough(await planOf(app, `${page} ${end}`), /^conversation_waiting$/)
    const cursor = `and (${waiting}, id) > ('infinity', '80000000-0000-0000-0000-000000000000')`
    assertReadsThrough(await planOf(app, `${page} ${cursor} ${end}`), /^conversation_waiting$/)
  })
})

test('the list of an inbox that holds little of a workspace reads its index', async () => {
  await inScope(app, place.workspaceId, async () => {
    const list = `select * from desk.conversation where inbox_id = $1 and status = 'open'
      order by last_activity_at desc, id desc limit 50`
    assertReadsThrough(await planOf(app, list, [seldomInboxId]), /^conversation_inbox$/)
  })
})

test('the list of a tag that few conversations carry looks these up, and walks no list', async () => {
  const { workspaceId, memberId } = place
  const tagId = await seldomTag()
  const read = await readBy(app, () =>
    inScope(app, workspaceId, async () => {
      await app.query('set local search_path = desk')
      const tx = { db: queriesOn(app as unknown as pg.PoolClient), workspaceId } as WorkspaceTx
      const page = await pageOfView(tx, { view: 'all', memberId, tagId }, null, 50)
      assert.ok(page.length > 0)
    }),
  )
  assert.ok(read.index.includes('conversation_pkey'), read.index.join(', '))
  assert.ok(!read.index.includes('conversation_list'), read.index.join(', '))
})

/** On the conversations of the seldom inbox. */
async function seldomTag(): Promise<string> {
  const tag = await admin.query(
    `insert into desk.tag (workspace_id, id, name, name_folded, colour, created_at)
     values ($1, gen_random_uuid(), 'Seldom', 'seldom', 'teal', $2) returning id`,
    [place.workspaceId, NOW],
  )
  const { id } = tag.rows[0]
  await admin.query(
    `insert into desk.conversation_tag (workspace_id, conversation_id, tag_id, created_at)
     select workspace_id, id, $2, $3 from desk.conversation where workspace_id = $1 and number % 500 = 0`,
    [place.workspaceId, id, NOW],
  )
  return id
}

test('a thread reads the newest messages from the index of the months it lies in', async () => {
  const { rows } = await admin.query(
    'select conversation_id as id, min(id::text) as first, max(id::text) as newest from desk.message where workspace_id = $1 group by 1',
    [place.workspaceId],
  )
  await inScope(app, place.workspaceId, async () => {
    const thread = `select * from desk.message where conversation_id = $1 and id between $2 and $3
      order by sent_at desc, provider_sequence desc, number desc limit 50`
    const plan = await planOf(app, thread, [rows[0].id, rows[0].first, rows[0].newest])
    assertReadsThrough(plan, /^message_\d{6}_workspace_id_conversation_id_sent_at/)
    const lastMonth = await planOf(app, thread, [rows[0].id, WEEK_AGO, rows[0].newest])
    const parts = new Set(lastMonth.map((node) => node['Relation Name']).filter(Boolean))
    assert.ok(parts.size <= 2, `months that are out of the window are read: ${[...parts]}`)
  })
})

test('messages by their ids are looked up once each, in the month that holds them', async () => {
  const { rows } = await admin.query('select id from desk.message where workspace_id = $1 and number % 80 = 0', [
    place.workspaceId,
  ])
  const ids = rows.map(({ id }) => String(id))
  assert.equal(ids.length, MESSAGES / 80)
  const lookUps = async () => {
    await flushCounters(app)
    const count = "select sum(idx_scan)::int as n from pg_stat_user_indexes where relname like 'message\\_2%'"
    return (await admin.query(count)).rows[0].n
  }
  const before = await lookUps()
  await inScope(app, place.workspaceId, async () => {
    await app.query('set local search_path = desk')
    const tx = { db: queriesOn(app as unknown as pg.PoolClient), workspaceId: place.workspaceId } as WorkspaceTx
    assert.equal((await selectLastMessages(tx, ids)).length, ids.length)
    assert.equal((await selectMessagesById(tx, ids)).length, ids.length)
    assert.equal((await selectTexts(tx, ids)).length, ids.length)
  })
  assert.equal((await lookUps()) - before, 3 * ids.length)
})

/** A session counts for itself and tells later: those of both must be told, or what `admin` did before falls between. */
async function flushCounters(client: pg.Client): Promise<void> {
  for (const session of [admin, client]) await session.query('select pg_stat_force_next_flush()')
}

/** How often each index and table was read so far, as its own counters say. */
async function reads(): Promise<{ index: Map<string, number>; whole: Map<string, number> }> {
  const index = await admin.query(
    "select indexrelname as name, idx_scan::int as n from pg_stat_user_indexes where schemaname = 'desk'",
  )
  const whole = await admin.query(
    "select relname as name, seq_scan::int as n from pg_stat_user_tables where schemaname = 'desk'",
  )
  const mapOf = (rows: { name: string; n: number }[]) => new Map(rows.map(({ name, n }) => [name, n]))
  return { index: mapOf(index.rows), whole: mapOf(whole.rows) }
}

/** What `work` read on that connection. */
async function readBy(client: pg.Client, work: () => Promise<unknown>): Promise<{ index: string[]; whole: string[] }> {
  await flushCounters(client)
  const before = await reads()
  await work()
  await flushCounters(client)
  const after = await reads()
  const grown = (from: Map<string, number>, to: Map<string, number>) =>
    [...to].filter(([name, n]) => n > (from.get(name) ?? 0)).map(([name]) => name)
  return { index: grown(before.index, after.index), whole: grown(before.whole, after.whole) }
}

test('a search for a rare word reads the token index inside its definer function, and no table whole', async () => {
  const last = COMMON_TOKEN + 2 * TOKENS_APART
  for (let turn = 0; turn < 8; turn++) {
    // What the planner knows of such an index before and after its first vacuum differs much.
    if (turn === 4) await admin.query('vacuum analyze desk.search_entry')
    const read = await readBy(app, () =>
      inScope(app, place.workspaceId, async () => {
        const found = await app.query('select * from app.search_messages($1, null, 50)', [[[last + 7]]])
        assert.equal(found.rowCount, MESSAGES / 400)
      }),
    )
    assert.ok(
      read.index.some((name) => /^search_entry_\d{6}_tokens_idx$/.test(name)),
      `turn ${turn}: ${read.index.join()}`,
    )
    // A part without rows may be read whole.
    const whole = read.whole.filter((name) => /^search_entry_2026(10|11)$/.test(name))
    assert.deepEqual(whole, [])
  }
})

test('a search for a word in every message reads its newest ids and stops', async () => {
  const last = COMMON_TOKEN + 2 * TOKENS_APART
  const read = await readBy(app, () =>
    inScope(app, place.workspaceId, async () => {
      const found = await app.query('select * from app.search_messages($1, null, 50)', [[[last]]])
      assert.equal(found.rowCount, 50)
    }),
  )
  assert.deepEqual(
    read.index.filter((name) => name.endsWith('tokens_idx')),
    [],
  )
})

test('a search for a name that nobody has reads the index of names, and walks no contacts', async () => {
  const { workspaceId } = place
  await admin.query(
    `with met as (
       insert into desk.contact (workspace_id, id, name_sealed, created_at, last_seen_at)
       select $1, gen_random_uuid(), decode('c1' || repeat('00', 30), 'hex'), $2, $2 from generate_series(1, $3)
       returning workspace_id, id
     )
     insert into desk.contact_search_entry (workspace_id, contact_id, tokens)
     select workspace_id, id, array[1 + (hashtext(id::text) & 31), 100 + (hashtext(id::text) & 15)] from met`,
    [workspaceId, NOW, CONTACTS],
  )
  await admin.query('analyze desk.contact_search_entry')
  const asked = (...tokens: number[]) =>
    inScope(app, workspaceId, () => app.query('select * from app.search_contacts($1, 20)', [[tokens]]))
  const read = await readBy(app, async () => {
    assert.equal((await asked(96, 97, 98, 99)).rowCount, 0)
  })
  assert.ok(read.index.includes('contact_search_entry_tokens'), read.index.join())
  assert.ok(!read.index.includes('contact_search_entry_pkey'), read.index.join())
  const { rows } = await asked(100)
  assert.equal(rows.length, 20)
  assert.deepEqual(
    rows,
    [...rows].sort((a, b) => (a.contact_id < b.contact_id ? 1 : -1)),
  )
})

test('the queue of intake is read through its partial index', async () => {
  await admin.query(
    `insert into desk.inbound_event (workspace_id, id, inbox_id, event_key, raw_sealed, byte_size, received_at, state)
     select $1, gen_random_uuid(), $2, sha256(n::text::bytea), decode('c1' || repeat('00', 30), 'hex'), 1, $3,
       case when n % 500 = 0 then 'pending' else 'done' end from generate_series(1, 4000) as n`,
    [place.workspaceId, place.inboxId, NOW],
  )
  await admin.query('analyze desk.inbound_event')
  const ingest = await connect(database.as('desk_ingest'))
  const taken = await readBy(ingest, () => ingest.query('select * from app.take_pending(null, 5, 100)'))
  assert.ok(taken.index.includes('inbound_event_pending'), taken.index.join())
  assert.ok(!taken.whole.includes('inbound_event'))
})

test('a batch of intake reads the rows it is about, in a large workspace too and beside a long queue', async () => {
  const { workspaceId, inboxId } = place
  const people = 2000
  await admin.query('begin; set local session_replication_role = replica')
  await admin.query(
    `with made as (select gen_random_uuid() as id, gen_random_uuid() as contact_id, n from generate_series(1, $3) as n),
     met as (
       insert into desk.contact_address (workspace_id, id, contact_id, inbox_id, external_key, external_sealed, created_at)
       select $1::uuid, id, contact_id, $2::uuid, sha256(n::text::bytea), decode('c1' || repeat('00', 30), 'hex'), $4::timestamptz
       from made
     ), thread as (
       insert into desk.conversation (workspace_id, id, number, inbox_id, contact_id, contact_address_id, status,
         last_activity_at, created_at)
       select $1, gen_random_uuid(), 1000 + n, $2, contact_id, id, 'closed', $4, $4 from made
     )
     insert into desk.contact (workspace_id, id, created_at, last_seen_at) select $1, contact_id, $4, $4 from made`,
    [workspaceId, inboxId, people, NOW],
  )
  await admin.query('commit')
  const raw = Array.from({ length: people }, () => rawIn(place))
  const ingest = await connect(database.as('desk_ingest'))
  await keep(ingest, place, raw)
  await admin.query('analyze')
  const reading = await connect(database.as('desk_ingest'))
  const keyOf = (n: number) => hex(createHash('sha256').update(String(n)).digest())
  const items = Array.from({ length: 20 }, (_, n) => itemIn(place, { address_key: keyOf(n + 1) }))
  const done = raw.slice(0, items.length).map(({ id }) => id)
  const tables = ['contact', 'contact_address', 'conversation', 'inbound_event']
  const rowsRead = async () => {
    await flushCounters(reading)
    const read = `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as n from pg_stat_user_tables
      where schemaname = 'desk' and relname = any ($1)`
    return (await admin.query(read, [tables])).rows[0].n
  }
  await reading.query('select 1')
  const before = await rowsRead()
  const answers = await store(reading, place, items, done)
  assert.ok(answers.every(({ outcome }) => outcome === 'stored'))
  const read = (await rowsRead()) - before
  assert.ok(read < 20 * items.length, `${read} rows were read to store ${items.length} messages`)
})

test('a claim from a long queue reads about as many rows as it takes', async () => {
  const worker = await connect(database.as('desk_worker'))
  const claim = () => worker.query('select * from app.claim_deliveries($1, $1, 10)', [NOW])
  for (let turn = 0; turn < 8; turn++) await claim()
  await admin.query('begin; set local session_replication_role = replica')
  await admin.query(
    `insert into desk.delivery (workspace_id, message_id, conversation_id, inbox_id, state, next_attempt_at, updated_at)
     select $1, gen_random_uuid(), gen_random_uuid(), $2, 'queued', $3, $3 from generate_series(1, 3000)`,
    [place.workspaceId, place.inboxId, NOW],
  )
  await admin.query('commit; analyze desk.delivery')
  const rowsRead = async () => {
    await flushCounters(worker)
    const read = `select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as n from pg_stat_user_tables where relname = 'delivery'`
    return (await admin.query(read)).rows[0].n
  }
  const before = await rowsRead()
  assert.equal((await claim()).rowCount, 10)
  const read = (await rowsRead()) - before
  assert.ok(read < 200, `${read} rows were read to claim 10`)
})
