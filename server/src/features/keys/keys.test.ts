/**
 * New keys for a workspace that has one of everything: each sealed value moves to the new version and opens there, each
 * look-up key and search token is computed anew, nothing is found twice or lost on the way, and the neighbour's rows do
 * not change by a byte. What columns there are is asked of the catalog, so that a new one is among them.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { listContacts, updateContact } from '@central-desk/contract/contacts.ts'
import { getThread, search } from '@central-desk/contract/conversations.ts'
import { sql } from 'kysely'
import pg from 'pg'
import { SealBroken } from '#src/kernel/vault/index.ts'
import { settableClock } from '#test/support/clock.ts'
import { connect } from '#test/support/connections.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { uuidOf } from '#test/support/inbound.ts'
import { Outlet } from '#test/support/outgoing.ts'
import { signInAgain } from '#test/support/people.ts'
import { done, makeStage, newClientId, postHook, postMessage, type Stage, until } from '#test/support/stage.ts'
import { signJwt, Visitor } from '#test/support/visitor.ts'
import {
  beginReindex,
  INDEX_WALKS,
  listKeys,
  ONCE_ONLY_KEYS,
  reindex,
  REPEATS_END_AFTER_MS,
  reseal,
  retire,
  rotate,
  type Workspace,
  workspacesNamed,
} from './index.ts'

const UNTIL_SETTLED_MS = 3 * 60_000
const EMAIL = 'Karim@Example.com'
const PHONE = '০১৭১২-৩৪৫৬৭৮'

let desk: TestDesk
let admin: pg.Client
let shapla: Stage
let meghna: Stage
let workspace: Workspace
let outlet: Outlet
let visitor: Visitor

before(async () => {
  // The receiver of the answers has a clock of its own, and takes what was signed within five minutes.
  desk = await bootDesk({ clock: settableClock(new Date()) })
  admin = await connect(desk.database.superuser)
  shapla = await makeStage(desk, 'Shapla Crafts', 'Own')
  meghna = await makeStage(desk, 'Meghna Telecom', 'Next')
  for (const stage of [shapla, meghna]) {
    const params = { workspaceId: stage.owner.workspaceId, contactId: stage.ids.contact ?? '' }
    await done(stage, updateContact, { params, body: { email: EMAIL, phone: PHONE, comment: 'likes blue' } })
  }
  const [found] = await workspacesNamed(desk.kernel, 'shapla-crafts')
  assert.ok(found)
  workspace = found
  outlet = await Outlet.open(desk, shapla.owner)
  visitor = await Visitor.come(desk, shapla.webchatInbox.key, { identity: identityOf('crm-7') })
  assert.equal((await visitor.write('where is my parcel')).status, 202)
  await until(async () => ((await visitor.list()).body.messages.length === 1 ? true : null), 'the visitor’s message')
})
after(async () => {
  await admin.end()
  await outlet.receiver.stop()
})

function identityOf(sub: string): string {
  const exp = Math.floor(desk.clock.now().getTime() / 1000) + 3_600
  const claims = { sub, aud: shapla.webchatInbox.key, exp, name: 'Karim', email: 'karim@shop.example' }
  return signJwt(shapla.webchatInbox.signingSecret, claims)
}

const note = () => {}
const paramsOf = (stage: Stage) => ({ workspaceId: stage.owner.workspaceId })

/** Sealed columns as the test finds them: by their type, in the catalog. */
async function columnsOf(type: 'sealed' | 'lookup_key'): Promise<{ table: string; column: string }[]> {
  const { rows } = await admin.query(
    `select c.relname as table, a.attname as column from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'desk'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped and a.atttypid = $1::regtype
       and exists (select from pg_attribute w where w.attrelid = c.oid and w.attname = 'workspace_id')
     order by 1, 2`,
    [`app.${type}`],
  )
  return rows
}

/** Every sealed value of a workspace with its place; rows are named by whatever their primary key is. */
async function sealedValues(workspaceId: string) {
  const values: { table: string; row: string; column: string; envelope: Buffer }[] = []
  for (const { table, column } of await columnsOf('sealed')) {
    const row = table === 'draft' ? "member_id || '/' || conversation_id || '/' || mode" : 'id::text'
    const name = pg.escapeIdentifier(column)
    const { rows } = await admin.query(
      `select ${row} as row, ${name} as envelope from desk.${pg.escapeIdentifier(table)}
       where workspace_id = $1 and ${name} is not null`,
      [workspaceId],
    )
    values.push(...rows.map((found) => ({ table, column, ...found })))
  }
  return values
}

async function textsOf(stage: Stage): Promise<string[]> {
  const params = { ...paramsOf(stage), conversationId: stage.ids.conversation ?? '' }
  const { items } = await done(stage, getThread, { params, query: { limit: 100 } })
  return items.flatMap((item: { text?: string }) => item.text ?? [])
}

async function hits(stage: Stage, q: string): Promise<number> {
  return (await done(stage, search, { params: paramsOf(stage), query: { q } })).hits.length
}

async function contactsFound(q?: string): Promise<number> {
  return (await done(shapla, listContacts, { params: paramsOf(shapla), query: q ? { q } : {} })).contacts.length
}

async function eventsKept(): Promise<number> {
  const { rows } = await admin.query('select count(*)::int as n from desk.inbound_event where workspace_id = $1', [
    workspace.id,
  ])
  return rows[0].n
}

async function inOf(name: string): Promise<void> {
  await postMessage(desk, shapla.apiInbox, { from: { id: 'c-1', name: 'Contact Own' }, text: name })
  await until(async () => ((await textsOf(shapla)).includes(name) ? true : null), name)
}

test('the stage has a value in every sealed column, so none is left out by chance', async () => {
  const held = new Set((await sealedValues(workspace.id)).map(({ table, column }) => `${table}.${column}`))
  const all = (await columnsOf('sealed')).map(({ table, column }) => `${table}.${column}`)
  assert.ok(all.length >= 18, all.join())
  assert.deepEqual(
    all.filter((name) => !held.has(name)),
    [],
  )
})

test('resealing moves every sealed value to the new version, and the old one can go', async () => {
  const next = uuidOf('workspace', meghna.owner.workspaceId)
  const neighbours = JSON.stringify(await sealedValues(next))
  const texts = await textsOf(shapla)
  const old = await sealedValues(workspace.id)
  assert.deepEqual(await reseal(desk.kernel, workspace, note), { kind: 'needless' })

  const { version } = await rotate(desk.kernel, workspace)
  const waits = await reseal(desk.kernel, workspace, note)
  assert.equal(waits.kind, 'waits')
  assert.deepEqual(
    (await retire(desk.kernel, workspace)).map(({ kind }) => kind),
    ['waits'],
  )
  desk.clock.advance(UNTIL_SETTLED_MS)
  const [inUse] = await retire(desk.kernel, workspace)
  assert.ok(inUse?.kind === 'in_use' && inUse.rows > 20, JSON.stringify(inUse))
  assert.deepEqual(await valuesUnder(1), old.length)

  const walked = await reseal(desk.kernel, workspace, note)
  assert.ok(walked.kind === 'done' && walked.version === version && walked.tally.broken === 0, JSON.stringify(walked))
  const keys = await desk.kernel.vault.open(workspace.id)
  const values = await sealedValues(workspace.id)
  assert.equal(values.length, old.length)
  for (const { table, row, column, envelope } of values) {
    assert.equal(envelope.readUInt16BE(1), version, `${table}.${column}`)
    keys.unseal({ table, row, field: column.replace(/_sealed$/, '') }, envelope)
  }
  assert.equal(JSON.stringify(await sealedValues(next)), neighbours)
  assert.deepEqual([await valuesUnder(1), await valuesUnder(version)], [0, values.length])

  assert.deepEqual(await retire(desk.kernel, workspace), [
    { family: 'content', version: 1, kind: 'retired', damaged: 0 },
  ])
  const after = await desk.kernel.vault.open(workspace.id)
  for (const { table, row, column, envelope } of old) {
    const place = { table, row, field: column.replace(/_sealed$/, '') }
    assert.throws(() => after.unseal(place, envelope), SealBroken)
  }
  assert.deepEqual(await textsOf(shapla), texts)
})

async function valuesUnder(version: number): Promise<number | null | undefined> {
  const listed = await listKeys(desk.kernel, workspace)
  return listed.find((one) => one.family === 'content' && one.version === version)?.values
}

test('under the new version the desk goes on: hooks are verified, answers are signed, files open, visitors read', async () => {
  desk.clock.advance(2_000)
  await inOf('after the rotation')
  const conversation = await outlet.begin('receiver-1')
  const message = await outlet.answer(conversation, 'signed under what was sealed anew')
  await outlet.seen(conversation, message, { state: 'sent', reason: null })
  const params = { ...paramsOf(shapla), conversationId: shapla.ids.conversation ?? '' }
  const { items } = await done(shapla, getThread, { params, query: { limit: 100 } })
  const files = items.flatMap((item: { attachments?: { url: string }[] }) => item.attachments ?? [])
  assert.ok(files.length > 0)
  const url = new URL(files[0].url)
  const file = await desk.client().raw('GET', url.pathname + url.search, { origin: 'files' })
  assert.equal(file.text, 'Own')
  assert.equal((await visitor.list()).body.messages[0].text, 'where is my parcel')
})

test('a value that is changed while it is resealed keeps the change', async () => {
  const { version } = await rotate(desk.kernel, workspace)
  desk.clock.advance(UNTIL_SETTLED_MS)
  const params = { ...paramsOf(shapla), contactId: shapla.ids.contact ?? '' }
  let changed = false
  const answers: Promise<unknown>[] = []
  await reseal(desk.kernel, workspace, (table) => {
    if (table !== 'attachment' || changed) return
    changed = true
    for (let n = 0; n <= 20; n++)
      answers.push(done(shapla, updateContact, { params, body: { comment: `comment ${n}` } }))
  })
  await Promise.all(answers)
  const { rows } = await admin.query('select comment_sealed from desk.contact where id = $1', [
    uuidOf('contact', params.contactId),
  ])
  const keys = await desk.kernel.vault.open(workspace.id)
  const place = { table: 'contact', row: uuidOf('contact', params.contactId), field: 'comment' }
  assert.match(keys.unsealText(place, rows[0].comment_sealed), /^comment \d+$/)
  assert.equal(keys.versionOf(rows[0].comment_sealed), version)
})

test('a value is replaced only where the old one still stands, in the workspace of the scope, and in no other column', async () => {
  const { rows } = await admin.query(
    'select id, comment_sealed from desk.contact where workspace_id = $1 and comment_sealed is not null',
    [workspace.id],
  )
  const [contact] = rows
  const keys = await desk.kernel.vault.open(workspace.id)
  const place = { table: 'contact', row: contact.id, field: 'comment' }
  const hex = (bytes: Buffer) => `\\x${bytes.toString('hex')}`
  const as = (workspaceId: string, before: Buffer, after: Buffer, table = 'contact') =>
    desk.kernel.doors.inWorkspace({ workspaceId, actor: { kind: 'operator' }, door: 'desk_rekey' }, async ({ db }) => {
      const found = await sql<{ seals: Buffer[] }>`
          select array[name_sealed, email_sealed, phone_sealed, comment_sealed]::bytea[] as seals from desk.contact
          where id = ${contact.id}`.execute(db)
      const seals = (found.rows[0]?.seals ?? [null, null, null, null]).map((one) => one && hex(one))
      const items = [
        { key: [contact.id], before: [...seals.slice(0, 3), hex(before)], after: [...seals.slice(0, 3), hex(after)] },
      ]
      const answer = await sql<{ n: number }>`
          select app.replace_seals(${table}, ${JSON.stringify(items)}::jsonb) as n`.execute(db)
      return answer.rows[0]?.n
    })
  const changed = keys.seal(place, 'changed meanwhile')
  assert.equal(await as(workspace.id, changed, keys.seal(place, 'too late')), 0)
  assert.equal(await as(uuidOf('workspace', meghna.owner.workspaceId), contact.comment_sealed, changed), 0)
  assert.equal(await as(workspace.id, contact.comment_sealed, changed), 1)
  assert.equal(await as(workspace.id, changed, contact.comment_sealed), 1)
  await assert.rejects(as(workspace.id, changed, changed, 'member'), { code: 'P0002' })
  await assert.rejects(
    desk.kernel.doors.inSystem('keys.operator', 'desk_rekey', ({ db }) =>
      sql`select * from app.read_seals('contact', null, 10, 1000, 1)`.execute(db),
    ),
    { code: 'DK003' },
  )
})

test('a sealed column of tomorrow is resealed like the others', async () => {
  await admin.query('alter table desk.note add column title_sealed app.sealed')
  await admin.query('grant select (title_sealed), update (title_sealed) on desk.note to desk_rekey')
  const { rows } = await admin.query('select id from desk.note where workspace_id = $1', [workspace.id])
  const place = { table: 'note', row: rows[0].id, field: 'title' }
  const sealed = (await desk.kernel.vault.open(workspace.id)).seal(place, 'a title')
  await admin.query('update desk.note set title_sealed = $1 where id = $2', [sealed, place.row])
  const { version } = await rotate(desk.kernel, workspace)
  desk.clock.advance(UNTIL_SETTLED_MS)
  assert.equal((await reseal(desk.kernel, workspace, note)).kind, 'done')
  assert.ok((await retire(desk.kernel, workspace)).every(({ kind }) => kind === 'retired'))
  const keys = await desk.kernel.vault.open(workspace.id)
  const found = await admin.query('select title_sealed from desk.note where id = $1', [place.row])
  assert.equal(keys.unsealText(place, found.rows[0].title_sealed), 'a title')
  assert.equal(keys.versionOf(found.rows[0].title_sealed), version)
  await admin.query('alter table desk.note drop column title_sealed')
})

test('a damaged value is counted, hinders nobody, and does not keep the old key', async () => {
  const { rows } = await admin.query(
    'select id, text_sealed from desk.message where workspace_id = $1 order by id limit 1',
    [workspace.id],
  )
  const place = { table: 'message', row: rows[0].id, field: 'text' }
  const text = (await desk.kernel.vault.open(workspace.id)).unsealText(place, rows[0].text_sealed)
  const damaged = Buffer.from(rows[0].text_sealed)
  damaged.writeUInt8(damaged.readUInt8(20) ^ 1, 20)
  const write = (bytes: Buffer) =>
    admin.query('update desk.message set text_sealed = $1 where id = $2', [bytes, rows[0].id])
  await write(damaged)
  const { version } = await rotate(desk.kernel, workspace)
  desk.clock.advance(UNTIL_SETTLED_MS)
  const walked = await reseal(desk.kernel, workspace, note)
  assert.ok(walked.kind === 'done' && walked.tally.broken === 1, JSON.stringify(walked))
  // Nothing readable stands under the older version.
  const gone = [{ family: 'content', version: version - 1, kind: 'retired', damaged: 1 }]
  assert.deepEqual(await retire(desk.kernel, workspace), gone)
  const keys = await desk.kernel.vault.open(workspace.id)
  await write(keys.seal(place, text))
  assert.equal(await valuesUnder(version), (await sealedValues(workspace.id)).length)
})

test('every look-up key is computed anew by some walk, or is known to be for once-only', async () => {
  const all = (await columnsOf('lookup_key')).map(({ table, column }) => `${table}.${column}`)
  assert.ok(all.length >= 7)
  assert.deepEqual([...INDEX_WALKS.flatMap(({ columns }) => columns), ...ONCE_ONLY_KEYS].sort(), all)
})

async function lookUpKeys(): Promise<Set<string>> {
  const keys = new Set<string>()
  for (const { columns } of INDEX_WALKS) {
    for (const name of columns) {
      const [table = '', column = ''] = name.split('.')
      const { rows } = await admin.query(
        `select encode(${pg.escapeIdentifier(column)}, 'hex') as key from desk.${pg.escapeIdentifier(table)}
         where workspace_id = $1 and ${pg.escapeIdentifier(column)} is not null`,
        [workspace.id],
      )
      for (const { key } of rows) keys.add(`${name} ${key}`)
    }
  }
  return keys
}

test('a re-index finds everybody all the while, takes nobody for somebody new and no message twice', async () => {
  const contacts = await contactsFound()
  const hookId = newClientId()
  const body = JSON.stringify({ type: 'message', id: 'order-1', from: { id: 'c-1' }, text: 'once and only once' })
  assert.equal((await postHook(desk, shapla.apiInbox, body, hookId)).status, 200)
  await until(async () => ((await textsOf(shapla)).includes('once and only once') ? true : null), 'the first')

  const check = async (when: string) => {
    assert.equal(await contactsFound(EMAIL.toLowerCase()), 1, when)
    assert.equal(await contactsFound('+8801712345678'), 1, when)
    assert.equal(await contactsFound('contact'), 1, when)
    assert.equal(await hits(shapla, 'inbound'), 1, when)
    assert.equal((await visitor.list()).body.messages[0].text, 'where is my parcel', when)
    // The same call again, and the same message in another call.
    const kept = await eventsKept()
    assert.equal((await postHook(desk, shapla.apiInbox, body, hookId)).status, 200)
    assert.equal(await eventsKept(), kept, when)
    assert.equal((await postHook(desk, shapla.apiInbox, body)).status, 200)
    await inOf(`from a known contact ${when}`)
    const again = await Visitor.come(desk, shapla.webchatInbox.key, { identity: identityOf('crm-7') })
    assert.equal((await again.list()).body.messages.length, 1, when)
    assert.equal(await contactsFound(), contacts, when)
    const found = await textsOf(shapla)
    assert.equal(found.filter((text) => text === 'once and only once').length, 1, when)
  }
  await check('before')
  const old = await lookUpKeys()
  for (const family of ['lookup', 'search'] as const) {
    assert.equal((await reindex(desk.kernel, workspace, family, note)).kind, 'needless')
    await beginReindex(desk.kernel, workspace, family)
    await beginReindex(desk.kernel, workspace, family)
    assert.equal((await desk.kernel.vault.versions(workspace.id)).filter((one) => one.family === family).length, 2)
    assert.equal((await reindex(desk.kernel, workspace, family, note)).kind, 'waits')
  }
  await check('while both versions are known')
  desk.clock.advance(UNTIL_SETTLED_MS)
  await check('while the new version writes')
  for (const family of ['lookup', 'search'] as const) {
    const walked = await reindex(desk.kernel, workspace, family, note)
    assert.ok(walked.kind === 'done' && walked.tally.changed > 0, JSON.stringify(walked))
    const again = await reindex(desk.kernel, workspace, family, note)
    assert.ok(again.kind === 'done' && again.tally.changed === 0, JSON.stringify(again))
  }
  for (const key of await lookUpKeys()) assert.ok(!old.has(key), key)
  await check('after the walk')
  const kinds = (await retire(desk.kernel, workspace)).map(({ family, kind }) => `${family} ${kind}`)
  assert.deepEqual(kinds, ['lookup repeats', 'search retired'])
  await check('without the old search key')

  desk.clock.advance(REPEATS_END_AFTER_MS)
  const end = await retire(desk.kernel, workspace)
  assert.deepEqual(
    end.map(({ family, kind }) => `${family} ${kind}`),
    ['lookup retired'],
  )
  shapla = { ...shapla, owner: { ...shapla.owner, client: await signInAgain(desk, shapla.owner) } }
  await inOf('with one version again')
  assert.deepEqual([await contactsFound(), await contactsFound(EMAIL.toLowerCase())], [contacts, 1])
})

test('what was done to the keys stands in the trail, as done by an operator', async () => {
  const { rows } = await admin.query(
    `select action, actor_kind, after from desk.audit_entry where workspace_id = $1 and action like 'keys.%' order by number`,
    [workspace.id],
  )
  const counts = Map.groupBy(rows, ({ action }) => action)
  assert.deepEqual([...counts.keys()].sort(), ['keys.reindexed', 'keys.resealed', 'keys.retired', 'keys.rotated'])
  assert.equal(counts.get('keys.retired')?.length, 6)
  for (const { actor_kind } of rows) assert.equal(actor_kind, 'operator')
})
