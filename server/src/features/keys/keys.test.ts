/**
 * New keys for a workspace that has one of everything: each sealed value moves to the new version and opens there, each
 * look-up key and search token is computed anew, nothing is found twice or lost on the way, and the neighbour's rows do
 * not change by a byte. What columns there are is asked of the catalog, so that a new one is among them.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { listContacts, updateContact } from '@central-desk/contract/contacts.ts'
import { getThread, readAttachment, search } from '@central-desk/contract/conversations.ts'
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
  destroy,
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
  assert.equal(file.text, 'Own', readAttachment.path)
  assert.equal((await visitor.list()).body.messages[0].text, 'where is my parcel')
})

test('a value that is changed while it is resealed keeps the change', async () => {
  const { version } = await rotate(desk.kernel, workspace)
  desk.clock.advance(UNTIL_SETTLED_MS)
  const params = { ...paramsOf(shapla), contactId: shapla.ids.contact ?? '' }
  let changed = false
  const answers: Promise<unknown>[] = []
  const change = (comment: string) => void answers.push(done(shapla, updateContact, { params, body: { comment } }))
  await reseal(desk.kernel, workspace, (table) => {
    if (table !== 'attachment' || changed) return
    changed = true
    for (let n = 0; n <= 20; n++) change(`comment ${n}`)
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
  // Two older versions, neither of which anything readable stands under.
  const gone = await retire(desk.kernel, workspace)
  assert.deepEqual(
    gone.map(({ kind }) => kind),
    ['retired', 'retired'],
  )
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
  const owner = { ...shapla.owner, client: await signInAgain(desk, shapla.owner) }
  shapla = { ...shapla, owner }
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
  assert.equal(counts.get('keys.retired')?.length, 5)
  for (const { actor_kind } of rows) assert.equal(actor_kind, 'operator')
})

test('after destruction the workspace says so, waits for nothing, and its neighbour goes on', async () => {
  await postMessage(desk, shapla.apiInbox, { from: { id: 'c-1' }, text: 'kept and never read' })
  const late = await Visitor.come(desk, shapla.webchatInbox.key)
  assert.equal(await destroy(desk.kernel, workspace), true)
  assert.equal(await destroy(desk.kernel, workspace), false)
  await assert.rejects(listKeys(desk.kernel, workspace), { code: 'workspace_destroyed' })
  const answer = await shapla.owner.client.call(listContacts, { params: paramsOf(shapla) })
  assert.deepEqual([answer.status, answer.body.code], [410, 'workspace_destroyed'])
  assert.equal((await late.list()).status, 410)

  const [next] = await workspacesNamed(desk.kernel, 'meghna-telecom')
  const fill = async (workspaceId: string) => {
    const { rows } = await admin.query(
      `select m.id, m.conversation_id, d.inbox_id from desk.message m
       join desk.delivery d on d.workspace_id = m.workspace_id and d.message_id = m.id where m.workspace_id = $1`,
      [workspaceId],
    )
    const now = desk.clock.now()
    await admin.query('insert into desk.search_backlog values ($1, $2, $3, $4)', [
      workspaceId,
      rows[0].id,
      rows[0].conversation_id,
      now,
    ])
    await admin.query(
      `update desk.delivery set state = 'queued', next_attempt_at = $2 where workspace_id = $1 and state = 'failed'`,
      [workspaceId, now],
    )
    await admin.query(`update desk.conversation set status = 'snoozed', snoozed_until = $2 where workspace_id = $1`, [
      workspaceId,
      now,
    ])
    const uploaded = new Date(now.getTime() - 48 * 3_600_000)
    await admin.query('update desk.attachment set created_at = $2 where workspace_id = $1', [workspaceId, uploaded])
  }
  await fill(workspace.id)
  await fill(next?.id ?? '')
  const WORK = `
    select (select count(*) from desk.search_backlog) + (select count(*) from desk.inbound_event where state = 'pending')
      + (select count(*) from desk.delivery where state in ('queued', 'sending'))
      + (select count(*) from desk.conversation where status = 'snoozed') as n`
  await until(async () => (Number((await admin.query(WORK)).rows[0].n) === 0 ? true : null), 'all queues to be empty')
  await postMessage(desk, meghna.apiInbox, { from: { id: 'c-1' }, text: 'the neighbour goes on' })
  const owner = { ...meghna.owner, client: await signInAgain(desk, meghna.owner) }
  meghna = { ...meghna, owner }
  await until(async () => ((await textsOf(meghna)).includes('the neighbour goes on') ? true : null), 'the neighbour')
})
