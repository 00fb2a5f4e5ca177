/**
 * The signed scope of a transaction: what it is made of cannot be changed, borrowed or outlived, and a statement smuggled
 * into a query does not get out of it, whatever it sets.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type pg from 'pg'
import { pidOf } from '#test/support/connections.ts'
import { freshDatabase } from '#test/support/database.ts'
import { ATTACKED_ROLES, type AttackedRole, clientOf, openWorld, type World } from '#test/support/isolation.ts'
import { identityOf, inScope, scopeFor, setScope, signScope } from '#test/support/sign-scope.ts'

const HOUR_S = 3600

let world: World
let app: pg.Client

before(async () => {
  world = await openWorld(await freshDatabase())
  app = clientOf(world, 'desk_app')
})

const nowSeconds = () => Math.floor(Date.now() / 1000)

/** Rows of each workspace in all tables that this role reads under one workspace at a time. */
async function seenBy(role: AttackedRole): Promise<Map<string, number>> {
  const tables = (world.rights.get(role) ?? []).filter(
    ({ table, reads }) => reads.length > 0 && !world.across.has(`${role} select ${table}`),
  )
  if (tables.length === 0) return new Map()
  const parts = tables.map(({ table }) => `select workspace_id from desk.${table}`).join(' union all ')
  const { rows } = await clientOf(world, role).query(
    `select workspace_id, count(*)::int as n from (${parts}) as r group by 1`,
  )
  return new Map(rows.map((row) => [row.workspace_id, row.n]))
}

/** What one transaction under that scope sees. */
async function seenUnder(role: AttackedRole, scope: string): Promise<Map<string, number>> {
  const client = clientOf(world, role)
  await client.query('begin')
  try {
    await setScope(client, scope)
    return await seenBy(role)
  } finally {
    await client.query('rollback')
  }
}

type Forgery = (
  genuine: string[],
  parts: { role: string; workspaceId: string; pid: number; otherPid: number },
) => string

const FORGERIES: Readonly<Record<string, Forgery>> = {
  'signed with a wrong key': (_, parts) => signScope({ ...parts, key: Buffer.alloc(32, 7) }),
  'signed with an empty key': (_, parts) => signScope({ ...parts, key: Buffer.alloc(0) }),
  'signed for another role': (_, parts) => signScope({ ...parts, role: 'desk_owner' }),
  'signed for another connection': (_, parts) => signScope({ ...parts, pid: parts.otherPid }),
  'signed for another connection, with the own one written in': ([v, ws, pid, exp], parts) => {
    const mac = signScope({ ...parts, pid: parts.otherPid, expiry: Number(exp) }).split('.')[4]
    return `${v}.${ws}.${pid}.${exp}.${mac}`
  },
  expired: (_, parts) => signScope({ ...parts, expiry: nowSeconds() - 1 }),
  'expired, with a later hour written in': ([v, ws, pid, ,], parts) => {
    const mac = signScope({ ...parts, expiry: nowSeconds() - 1 }).split('.')[4]
    return `${v}.${ws}.${pid}.${nowSeconds() + HOUR_S}.${mac}`
  },
  'with another workspace written in': ([v, , pid, exp, mac]) => `${v}.${world.neighbour}.${pid}.${exp}.${mac}`,
  'with a later hour written in': ([v, ws, pid, exp, mac]) => `${v}.${ws}.${pid}.${Number(exp) + 1}.${mac}`,
  'of another version': ([, ws, pid, exp, mac]) => `v2.${ws}.${pid}.${exp}.${mac}`,
  'with a piece more': (genuine) => `${genuine.join('.')}.x`,
  'with a piece less': (genuine) => genuine.slice(0, 4).join('.'),
  'with a mac cut short': ([v, ws, pid, exp, mac]) => `${v}.${ws}.${pid}.${exp}.${mac?.slice(0, -1)}`,
  'with a mac in capitals': ([v, ws, pid, exp, mac]) => `${v}.${ws}.${pid}.${exp}.${mac?.toUpperCase()}`,
  'without a mac': ([v, ws, pid, exp]) => `${v}.${ws}.${pid}.${exp}.`,
  'with an hour that is no number': ([v, ws, pid, , mac]) => `${v}.${ws}.${pid}.never.${mac}`,
  'with an hour beyond all numbers': ([v, ws, pid, , mac]) => `${v}.${ws}.${pid}.${'9'.repeat(40)}.${mac}`,
  'that is only a workspace': ([, ws]) => `${ws}`,
  'that is empty': () => '',
  'that is noise': () => "'; drop table desk.note; --",
}

for (const role of ATTACKED_ROLES) {
  test(`${role} sees nothing under a scope that does not hold`, async () => {
    const client = clientOf(world, role)
    const { pid } = await identityOf(client)
    const otherPid = pidOf(world.admin)
    for (const [kind, forge] of Object.entries(FORGERIES)) {
      const parts = { role, workspaceId: world.own, pid, otherPid }
      const scope = forge(signScope(parts).split('.'), parts)
      assert.deepEqual(await seenUnder(role, scope), new Map(), `a scope ${kind} holds`)
    }
    const genuine = await seenUnder(role, signScope({ role, workspaceId: world.own, pid }))
    const isReader = (world.rights.get(role) ?? []).some(
      ({ table, reads }) => reads.length > 0 && !world.across.has(`${role} select ${table}`),
    )
    assert.deepEqual([...genuine.keys()], isReader ? [world.own] : [])
  })
}

/** Statements an attacker may smuggle into a query of a transaction in its own workspace. */
const SMUGGLED: Readonly<Record<string, (scope: string) => string>> = {
  'sets the scope to the neighbour': (scope) =>
    `select set_config('app.scope', replace('${scope}', '${world.own}', '${world.neighbour}'), true)`,
  'sets it for the session': (scope) =>
    `select set_config('app.scope', replace('${scope}', '${world.own}', '${world.neighbour}'), false)`,
  'sets it by SET': (scope) => `set app.scope = '${scope.replace(world.own, world.neighbour)}'`,
  'sets only a workspace': () => `set app.workspace = '${world.neighbour}'; set app.scope = '${world.neighbour}'`,
  'poses as a function of intake': () => `select set_config('app.ingest_workspaces', '{${world.neighbour}}', true)`,
  'takes away the scope': () => 'reset app.scope',
  'switches row-level security off': () => 'set local row_security = off',
  'puts its own schema in front': () => 'set local search_path = pg_temp, public, desk',
  'takes another role': () => 'set local role desk_ingest_definer',
  'takes the owner’s role': () => 'set role desk_owner',
  'becomes another login': () => 'set session authorization desk_worker',
  'reads the key of scopes': () => 'select * from app.scope_key',
  'asks for the workspace of intake': () => 'select app.ingest_workspaces()',
  'enters intake': (scope) => `select app.enter_ingest(array['${scope}'])`,
  'makes a table of its own': () => 'create temporary table workspace (id uuid)',
  'makes a function of its own': () =>
    "create function desk.current_workspace() returns uuid language sql as 'select null::uuid'",
  'gives itself rights': () => 'grant desk_search_definer to desk_app',
  'changes a policy': () => 'alter policy in_workspace on desk.note using (true)',
  'takes a policy away': () => 'drop policy in_workspace on desk.note',
  'turns triggers off': () => 'set session_replication_role = replica',
  'reads files': () => "select pg_read_file('/etc/hostname')",
  'runs a program': () => "copy (select 1) to program 'true'",
}

for (const kind of Object.keys(SMUGGLED)) {
  test(`a smuggled statement that ${kind} shows nothing of the neighbour`, async () => {
    const scope = await scopeFor(app, world.own)
    await app.query('begin')
    try {
      await setScope(app, scope)
      await app.query('savepoint before')
      await app.query(SMUGGLED[kind]?.(scope) ?? '').catch(() => app.query('rollback to savepoint before'))
      const seen = await seenBy('desk_app').catch(() => app.query('rollback to savepoint before').then(() => new Map()))
      assert.ok(!seen.has(world.neighbour), 'the neighbour is seen')
    } finally {
      await app.query('rollback')
      await app.query('reset all')
    }
    assert.deepEqual([...(await seenUnder('desk_app', scope)).keys()], [world.own])
  })
}

test('only a signature switches: with one for the neighbour on this very connection the neighbour is seen', async () => {
  await app.query('begin')
  await setScope(app, await scopeFor(app, world.own))
  await setScope(app, await scopeFor(app, world.neighbour))
  const seen = await seenBy('desk_app')
  await app.query('rollback')
  assert.deepEqual([...seen.keys()], [world.neighbour])
})

test('a scope ends with its transaction: the next one on the same connection sees nothing, also after an error', async () => {
  await inScope(app, world.own, () => seenBy('desk_app'))
  assert.deepEqual(await seenBy('desk_app'), new Map())
  await assert.rejects(
    inScope(app, world.own, () => app.query('select 1 / 0')),
    { code: '22012' },
  )
  assert.deepEqual(await seenBy('desk_app'), new Map())
})

test('a scope that runs out in the middle of a transaction holds for no further statement', async () => {
  const { role, pid } = await identityOf(app)
  await app.query('begin')
  await setScope(app, signScope({ role, workspaceId: world.own, pid, expiry: nowSeconds() + 2 }))
  const begun = await seenBy('desk_app')
  await app.query('select pg_sleep(2.6)')
  const ended = await seenBy('desk_app')
  await app.query('rollback')
  assert.deepEqual([...begun.keys()], [world.own])
  assert.deepEqual(ended, new Map())
})

test('one connection that works for two workspaces in turn sees each in its own turn', async () => {
  for (const workspaceId of [world.own, world.neighbour, world.own]) {
    const seen = await inScope(app, workspaceId, () => seenBy('desk_app'))
    assert.deepEqual([...seen.keys()], [workspaceId])
  }
})
