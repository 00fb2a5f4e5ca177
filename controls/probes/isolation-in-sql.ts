/**
 * As each login of the program, on a connection of its own to the database: without a scope, with every kind of false
 * one, and with a true one of one's own workspace, reads and writes every relation it has any right to, calls every
 * function that runs with other rights, hangs rows on the neighbour's, and tries to become somebody else. No row of the
 * neighbour is seen or touched. Everything that is tried is rolled back.
 */
import { furnish } from './belongings.ts'
import {
  closedToOwner,
  programLogins,
  type Relation,
  type Rights,
  rightsOf,
  tenantRelations,
  unsound,
} from './catalog.ts'
import { attackFunctions } from './function-attacks.ts'
import { liftBudgets } from './newcomers.ts'
import type { Exam, SqlLogin, Stage, StageProbe } from './probe.ts'
import { atRest, changedTables, lookAtRows, rowsOf, workspaceUuid } from './rows.ts'
import { type Attacker, forgeries, ownScope, type ScopeKey, scopeKey } from './scopes.ts'
import type { SqlClient } from './sql.ts'
import { attackByWriting, attackKeys, breakOut } from './write-attacks.ts'

const LOGINS = ['desk_app', 'desk_auth', 'desk_ingest', 'desk_worker', 'desk_rekey', 'desk_audit_janitor'] as const
/** What a login must find before it can know a workspace: by the hash of a token, the key of an inbox, or a user's id. */
const ACROSS: Readonly<Record<string, readonly string[]>> = {
  desk_auth: ['desk.invitation', 'desk.member', 'desk.workspace'],
  desk_ingest: ['desk.inbox', 'desk.inbox_verifier', 'desk.visitor'],
}
/** Rows that belong to no workspace. Only who signs people in has anything to do with them. */
const OF_NO_WORKSPACE: Readonly<Record<string, readonly string[]>> = {
  desk_auth: [
    'desk.app_user',
    'desk.known_device',
    'desk.password_reset',
    'desk.rate_budget',
    'desk.recovery_code',
    'desk.session',
    'desk.sign_in_counter',
    'desk.sign_in_step',
    'desk.totp',
  ],
}
const ATTEMPTS_MIN = 1_000
const OWNED_MIN = 12

export type Ground = {
  readonly stage: Stage
  readonly exam: Exam
  readonly superuser: SqlClient
  readonly key: ScopeKey
  readonly own: string
  readonly neighbour: string
}

export const isolationInSql: StageProbe = {
  name: 'isolation-in-sql',
  isSafe: false,
  async run(stage, exam) {
    let attempts = 0
    const counting: Exam = {
      ...exam,
      attempt(what, held) {
        attempts += 1
        exam.attempt(what, held)
      },
    }
    const ground = await prepare(stage, counting)
    const { superuser, own, neighbour } = ground
    const before = await lookAtRows(superuser, [own, neighbour])
    await holdBacklog(ground)
    await bothHaveRows(ground)
    for (const fault of await unsound(superuser)) counting.attempt(fault, false)
    for (const login of LOGINS) {
      const attacker = await attackerAs(ground, login)
      const rights = await rightsOf(superuser, login)
      await attackByReading(ground, attacker, rights)
      await attackByWriting(ground, attacker, rights)
      await attackFunctions(ground, attacker)
      await breakOut(ground, attacker)
      if (exam.isBroken()) return
    }
    await attackAsOwner(ground)
    await attackKeys(ground)
    await superuser.query('delete from desk.search_backlog')
    const changed = changedTables(before, await lookAtRows(superuser, [own, neighbour]))
    counting.attempt(`rows have changed in ${changed.join(', ')}`, changed.length === 0)
    exam.control(`there is much to attack: ${attempts}`, attempts >= ATTEMPTS_MIN)
  },
}

/** Both workspaces with a row in every table, and every login known. */
async function prepare(stage: Stage, exam: Exam): Promise<Ground> {
  await liftBudgets(stage)
  const superuser = await stage.sql('superuser')
  const { shapla, meghna, by, stranger } = stage.cast
  await furnish(stage, await stage.signedIn(by.owner.email), shapla)
  await furnish(stage, await stage.signedIn(stranger.email), meghna)
  await atRest(superuser)
  const [own, neighbour] = [await workspaceUuid(superuser, shapla.slug), await workspaceUuid(superuser, meghna.slug)]
  const known: readonly string[] = LOGINS
  const unknown = (await programLogins(superuser)).filter((login) => !known.includes(login))
  exam.control(`every login is attacked, but ${unknown.join(', ')}`, unknown.length === 0)
  return { stage, exam, superuser, key: await scopeKey(superuser), own, neighbour }
}

/** What is to be indexed is gone in a moment: a row of each workspace, and whoever finds such work finds none. */
async function holdBacklog({ superuser, own, neighbour }: Ground): Promise<void> {
  await superuser.query('drop policy finds_work on desk.search_backlog')
  await superuser.query(
    `insert into desk.search_backlog (workspace_id, message_id, conversation_id, stored_at)
     select distinct on (workspace_id) workspace_id, id, conversation_id, clock_timestamp()
     from desk.message where workspace_id = any ($1)`,
    [[own, neighbour]],
  )
}

/** An attack on an empty table shows nothing. */
async function bothHaveRows({ exam, superuser, own, neighbour }: Ground): Promise<void> {
  for (const relation of await tenantRelations(superuser)) {
    for (const workspace of [own, neighbour]) {
      const rows = await rowsOf(superuser, relation, workspace)
      exam.control(`both workspaces have rows in ${relation.name}`, rows > 0)
    }
  }
}

async function attackerAs({ stage, own, neighbour }: Ground, login: SqlLogin): Promise<Attacker> {
  const client = await stage.sql(login)
  const { rows } = await client.query('select session_user::text as login, pg_backend_pid() as pid')
  return { client, own, neighbour, ...rows[0] }
}

/** Rows of each relation that a connection sees under a scope, counted in one transaction. */
async function seen(client: SqlClient, scope: string, relations: readonly Relation[]): Promise<Map<string, number>> {
  const counts = relations.map(({ name }) => `select '${name}' as name, count(*)::int as rows from ${name}`)
  await client.query('begin read only')
  try {
    await client.query("select set_config('app.scope', $1, true)", [scope])
    const { rows } = await client.query<{ name: string; rows: number }>(counts.join(' union all '))
    return new Map(rows.map((row) => [row.name, row.rows]))
  } finally {
    await client.query('rollback')
  }
}

async function attackByReading(ground: Ground, attacker: Attacker, rights: readonly Rights[]): Promise<void> {
  const { exam, superuser, key, own } = ground
  const { login, client } = attacker
  const across = ACROSS[login] ?? []
  for (const { name } of rights.filter((one) => one.key === null)) {
    exam.attempt(`${login} reaches ${name}, which is of no workspace`, (OF_NO_WORKSPACE[login] ?? []).includes(name))
  }
  const readable = rights.filter((one) => one.key !== null && one.reads.length > 0 && !across.includes(one.name))
  if (readable.length === 0) return
  for (const { what, scope } of forgeries(key, attacker)) {
    for (const [name, rows] of await seen(client, scope, readable)) {
      exam.attempt(`${login} sees ${rows} rows of ${name} with a scope that is: ${what}`, rows === 0)
    }
  }
  const inOwn = await seen(client, ownScope(key, attacker), readable)
  for (const relation of readable) {
    const [rows, mine] = [inOwn.get(relation.name) ?? 0, await rowsOf(superuser, relation, own)]
    exam.control(`${login} sees its own rows of ${relation.name}`, rows >= mine && mine > 0)
    exam.attempt(`${login} sees ${rows - mine} rows more than its own of ${relation.name}`, rows <= mine)
  }
  const afterwards = await client.query('select app.current_workspace() as workspace')
  exam.attempt(`${login} is still in a workspace after its transaction`, afterwards.rows[0].workspace === null)
}

/** Row-level security is forced: who owns a table, and a view made by its owner, sees no more than others. */
async function attackAsOwner({ stage, exam, superuser }: Ground): Promise<void> {
  const tables = await closedToOwner(superuser)
  exam.control('the owner has tables', tables.length >= OWNED_MIN)
  const owner = await stage.sql('desk_owner')
  for (const [name, rows] of await seen(owner, '', tables)) {
    exam.attempt(`the owner sees ${rows} rows of ${name}`, rows === 0)
  }
}
