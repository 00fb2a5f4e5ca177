/**
 * A workspace keeps at least one owner, whoever asks and however many ask at once, and roles change only in the scope
 * of their workspace.
 */
import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { connect, untilBlocked } from '#test/support/connections.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { seedPlace } from '#test/support/intake.ts'
import { RowMaker } from '#test/support/row-maker.ts'
import { inScope, scopeFor, setScope } from '#test/support/sign-scope.ts'

let database: FreshDatabase
let admin: pg.Client
let app: pg.Client
let other: pg.Client
let maker: RowMaker
let workspaceId: string
let owner: string

before(async () => {
  database = await freshDatabase()
  admin = await connect(database.superuser)
  app = await connect(database.as('desk_app'))
  other = await connect(database.as('desk_app'))
  maker = await RowMaker.on(admin)
})
beforeEach(async () => {
  const place = await seedPlace(maker)
  workspaceId = place.workspaceId
  owner = place.memberId
})

async function secondMember(role: string): Promise<string> {
  await maker.make('app_user', workspaceId)
  return String((await maker.make('member', workspaceId, { role })).id)
}

const DEMOTE = "update desk.member set role = 'admin' where id = $1"
const REMOVE = 'update desk.member set removed_at = created_at where id = $1'

test('the only owner can neither step down nor be removed, whatever other members there are', async () => {
  await secondMember('admin')
  const gone = await secondMember('owner')
  await inScope(app, workspaceId, () => app.query(REMOVE, [gone]))
  for (const change of [DEMOTE, REMOVE]) {
    await assert.rejects(
      inScope(app, workspaceId, () => app.query(change, [owner])),
      { code: 'DK001' },
    )
  }
})

test('an owner of another workspace does not count', async () => {
  await seedPlace(maker)
  await assert.rejects(
    inScope(app, workspaceId, () => app.query(DEMOTE, [owner])),
    { code: 'DK001' },
  )
})

test('one of two owners can step down, then the other cannot', async () => {
  const second = await secondMember('owner')
  await inScope(app, workspaceId, () => app.query(DEMOTE, [owner]))
  await assert.rejects(
    inScope(app, workspaceId, () => app.query(REMOVE, [second])),
    { code: 'DK001' },
  )
})

test('of two owners who step down at the same moment one stays', async () => {
  const second = await secondMember('owner')
  await app.query('begin')
  await setScope(app, await scopeFor(app, workspaceId))
  await app.query(DEMOTE, [owner])
  const waiting = inScope(other, workspaceId, () => other.query(DEMOTE, [second]))
  const outcome = assert.rejects(waiting, { code: 'DK001' })
  await untilBlocked(admin, other)
  await app.query('commit')
  await outcome
  const { rows } = await admin.query("select id from desk.member where workspace_id = $1 and role = 'owner'", [
    workspaceId,
  ])
  assert.deepEqual(rows, [{ id: second }])
})

test('an owner who steps down beside a transaction that audits and publishes does not deadlock with it', async () => {
  await secondMember('owner')
  const lock = (table: string) => `select from desk.${table} where workspace_id = $1 for update`
  await other.query('begin')
  await setScope(other, await scopeFor(other, workspaceId))
  await other.query(lock('audit_head'), [workspaceId])
  const stepping = inScope(app, workspaceId, async () => {
    await app.query(DEMOTE, [owner])
    await app.query(lock('audit_head'), [workspaceId])
    await app.query(lock('workspace_counter'), [workspaceId])
  })
  await untilBlocked(admin, app)
  await other.query(lock('workspace_counter'), [workspaceId])
  await other.query('commit')
  await stepping
})

test('a role changes only in the scope of its workspace, although desk_auth may copy a name to all of them', async () => {
  const auth = await connect(database.as('desk_auth'))
  const elsewhere = await seedPlace(maker)
  const member = await secondMember('agent')
  const change = "update desk.member set role = 'owner' where id = $1"
  await assert.rejects(auth.query(change, [member]), { code: 'DK003' })
  await assert.rejects(
    inScope(auth, elsewhere.workspaceId, () => auth.query(change, [member])),
    { code: 'DK003' },
  )
  await inScope(auth, workspaceId, () => auth.query(change, [member]))
  assert.equal((await auth.query("update desk.member set name = 'Rahima' where id = $1", [member])).rowCount, 1)
})
