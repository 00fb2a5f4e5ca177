/**
 * The chain of the audit trail: whole after everything that a desk does, whatever was in the entries, and broken by any
 * change of any column, by a missing entry in the middle and at either end, and by entries that change places.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { changeRole } from '@central-desk/contract/members.ts'
import { updateWorkspace } from '@central-desk/contract/workspaces.ts'
import pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { uuidOf } from '#test/support/inbound.ts'
import { makeStage, type Stage } from '#test/support/stage.ts'
import { type ChainVerdict, verifyAuditChain } from './audit-chain.ts'

/** As a proxy might spell them; PostgreSQL spells them its own way. */
const NETWORKS = ['203.0.113.9', '2001:DB8:0:0:0:0:0:1', '2001:db8::00ff', '::ffff:198.51.100.7', '::FFFF:c633:6407']

let desk: TestDesk
let admin: pg.Client
let stage: Stage
let workspaceId: string
let entries: number

const verify = (): Promise<ChainVerdict> => verifyAuditChain(desk.kernel.doors, workspaceId)

before(async () => {
  desk = await bootDesk({ trustsForwarding: true })
  admin = await connect(desk.database.superuser)
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
  workspaceId = uuidOf('workspace', stage.owner.workspaceId)
})
after(() => admin.end())

test('a trail is whole after all that a desk does, from whatever network and in whatever words', async () => {
  const params = { workspaceId: stage.owner.workspaceId }
  for (const network of NETWORKS) {
    stage.owner.client.network = network
    const name = `শাপলা "Crafts" \u2028 ${network} 😀`
    const answer = await stage.owner.client.call(updateWorkspace, { params, body: { name } })
    assert.equal(answer.status, 200, answer.text)
  }
  for (let tries = 0; tries < 3; tries++) {
    const target = { ...params, memberId: stage.people.agent.memberId }
    const denied = await stage.people.viewer.client.call(changeRole, { params: target, body: { role: 'admin' } })
    assert.equal(denied.status, 403, denied.text)
  }
  await desk.kernel.denials.flush(true)
  const { rows } = await admin.query('select count(*)::int as n from desk.audit_entry where workspace_id = $1', [
    workspaceId,
  ])
  entries = rows[0].n
  assert.ok(entries > 12)
  const verdict = await verify()
  assert.deepEqual([verdict.broken, verdict.entries], [null, entries])
  assert.match(verdict.head, /^[0-9a-f]{64}$/)
})

/** What is found while the fault is there; it is taken back, so that the next one stands alone. */
async function withFault(fault: string, values: unknown[] = []): Promise<ChainVerdict['broken']> {
  const copy = await admin.query('select * from desk.audit_entry where workspace_id = $1', [workspaceId])
  const head = await admin.query('select * from desk.audit_head where workspace_id = $1', [workspaceId])
  const changed = await admin.query(fault, [workspaceId, ...values])
  assert.ok((changed.rowCount ?? 0) > 0, `nothing was changed by ${fault}`)
  const { broken } = await verify()
  await admin.query('delete from desk.audit_entry where workspace_id = $1', [workspaceId])
  await admin.query(
    'insert into desk.audit_entry select (jsonb_populate_record(null::desk.audit_entry, row)).* from jsonb_array_elements($1::jsonb) as row',
    [JSON.stringify(copy.rows.map(asJson))],
  )
  await admin.query('update desk.audit_head set number = $2, hash = $3 where workspace_id = $1', [
    workspaceId,
    head.rows[0].number,
    head.rows[0].hash,
  ])
  assert.equal((await verify()).broken, null, 'the trail was put back')
  return broken
}

function asJson(row: Record<string, unknown>): Record<string, unknown> {
  const spelled = (value: unknown) => (Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value)
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, spelled(value)]))
}

const CHANGES: Readonly<Record<string, string>> = {
  id: 'gen_random_uuid()',
  at: "at + interval '1 millisecond'",
  actor_kind: "case actor_kind when 'system' then 'operator' else 'system' end",
  actor_member_id: 'gen_random_uuid()',
  action: "action || '.'",
  target: "coalesce(target, '') || '.'",
  result: "case result when 'done' then 'denied' else 'done' end",
  before: '\'{"planted":1}\'',
  after: '\'{"planted":1}\'',
  count: 'count + 1',
  ip: "'192.0.2.1'",
  user_agent: "coalesce(user_agent, '') || '.'",
  request_id: "coalesce(request_id, '') || '.'",
  hash: "sha256('planted')",
  previous_hash: "sha256('planted')",
}

test('a change of any column of any entry is named', async () => {
  const { rows } = await admin.query(
    `select attname as name from pg_attribute where attrelid = 'desk.audit_entry'::regclass and attnum > 0 and not attisdropped`,
  )
  const columns = rows.map(({ name }) => name).filter((name) => name !== 'workspace_id' && name !== 'number')
  assert.deepEqual(Object.keys(CHANGES).sort(), columns.sort())
  for (const [column, value] of Object.entries(CHANGES)) {
    const number = 3
    const fault = `update desk.audit_entry set ${pg.escapeIdentifier(column)} = ${value} where workspace_id = $1 and number = $2`
    assert.deepEqual(await withFault(fault, [number]), { number, why: 'changed' }, column)
  }
})

test('a missing entry is named, wherever it stood', async () => {
  const without = 'delete from desk.audit_entry where workspace_id = $1 and number'
  assert.deepEqual(await withFault(`${without} = 4`), { number: 4, why: 'missing' })
  assert.deepEqual(await withFault(`${without} <= 2`), { number: 1, why: 'missing' })
  assert.deepEqual(await withFault(`${without} > ${entries - 2}`), { number: entries - 1, why: 'cut_off' })
  assert.deepEqual(await withFault('delete from desk.audit_entry where workspace_id = $1'), {
    number: 1,
    why: 'cut_off',
  })
})

test('entries that change places, and a head that is not that of the last entry, are named', async () => {
  const moved = `
    with away as (delete from desk.audit_entry where workspace_id = $1 and number in (5, 6) returning *)
    insert into desk.audit_entry
    select workspace_id, 11 - number, id, at, actor_kind, actor_member_id, action, target, result, before, after, count, ip,
      user_agent, request_id, previous_hash, hash from away`
  await admin.query('alter table desk.audit_entry drop constraint audit_entry_pkey')
  assert.deepEqual(await withFault(moved), { number: 5, why: 'changed' })
  await admin.query('alter table desk.audit_entry add primary key (workspace_id, number)')
  const head = "update desk.audit_head set hash = sha256('planted') where workspace_id = $1"
  assert.deepEqual(await withFault(head), { number: entries, why: 'head_changed' })
})
