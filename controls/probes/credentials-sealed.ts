/**
 * Sealed credentials where they do not belong: in the row of another channel and of another workspace, with single bytes
 * turned, under the neighbour's keys. Then who may read them at all, whether an answer shows one, and a hunt for them on
 * disk.
 */
import { postHook } from './belongings.ts'
import { huntBelow, huntIn, type Quarry, quarryOf, spellingsOf } from './hunt.ts'
import { liftBudgets } from './newcomers.ts'
import type { Exam, SqlLogin, Stage, StageProbe } from './probe.ts'
import { contentKeys, openSealed } from './recipe.ts'
import {
  openedBy,
  type Program,
  readAll,
  type SealedWorkspace,
  sealedValues,
  sealedWorkspace,
} from './sealed-workspaces.ts'
import { refusalOf, type SqlClient } from './sql.ts'

const NONCE = [3, 15] as const
const NOT_PERMITTED = '42501'
/** A routed call may be remembered for a moment. */
const REMEMBERED_MS = 1_200
const KEPT_IN = [
  ['inbox_verifier', 'secret_sealed'],
  ['inbox_sender', 'credential_sealed'],
] as const

export const credentialsSealed: StageProbe = {
  name: 'credentials-sealed',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const sql = await stage.sql('superuser')
    const own = await sealedWorkspace(stage, sql, 2)
    const other = await sealedWorkspace(stage, sql)
    await sealedAsTold(stage, exam, sql, own, other)
    await onlyWhoNeedsThem(stage, exam)
    await foundNowhere(stage, exam, sql, own)
    if (!exam.isBroken()) await moved(stage, exam, sql, own, other)
    if (!exam.isBroken()) await turned(stage, exam, sql, own)
  },
}

async function sealedAsTold(
  stage: Stage,
  exam: Exam,
  sql: SqlClient,
  own: SealedWorkspace,
  other: SealedWorkspace,
): Promise<void> {
  const values = await sealedValues(sql, own.id)
  exam.control('there are sealed values', values.length >= 7)
  const keys = contentKeys(stage.home, own.id)
  exam.control('its keys lie outside the database', keys.length > 0)
  const secrets = new Set(own.programs.map(({ secret }) => secret))
  for (const { place, envelope } of values) {
    const opened = openSealed(keys, own.id, place, envelope)?.toString('utf8')
    const isRight = place.table.startsWith('inbox_') ? secrets.has(opened ?? '') : opened !== undefined
    exam.attempt(`${place.table} is sealed otherwise than is told`, isRight)
  }
  const crossed = openedBy(contentKeys(stage.home, other.id), own.id, values)
  exam.attempt(`keys of the neighbour open ${crossed} values`, crossed === 0)
  const all = [...values, ...(await sealedValues(sql, other.id))].map(({ envelope }) => envelope)
  const nonces = new Set(all.map((envelope) => envelope.subarray(...NONCE).toString('hex')))
  exam.attempt('a nonce was used twice', nonces.size === all.length)
  exam.attempt('equal words are sealed alike', new Set(all.map((one) => one.toString('hex'))).size === all.length)
}

/** What verifies calls is read by who takes calls, what sends by who sends, and neither by anybody else. */
async function onlyWhoNeedsThem(stage: Stage, exam: Exam): Promise<void> {
  const readers: Record<string, SqlLogin> = { inbox_verifier: 'desk_ingest', inbox_sender: 'desk_worker' }
  for (const [table, column] of KEPT_IN) {
    const statement = `select ${column} from desk.${table} limit 1`
    for (const login of ['desk_app', 'desk_auth', 'desk_ingest', 'desk_worker', 'desk_audit_janitor'] as const) {
      const refusal = await refusalOf(await stage.sql(login), statement)
      if (login === readers[table]) exam.control(`${login} may ask for ${column}`, refusal === null)
      else exam.attempt(`${login} may ask for ${column}`, refusal === NOT_PERMITTED)
    }
  }
}

async function foundNowhere(stage: Stage, exam: Exam, sql: SqlClient, own: SealedWorkspace): Promise<void> {
  const rotated = own.programs[1] as Program
  const path = `${own.at}/inboxes/${rotated.inboxId}/secret-rotation`
  const { status, body } = await own.person.caller.call('POST', path)
  exam.control('a secret can be replaced', status === 201)
  const secrets = [...own.programs.map(({ secret }) => secret), String(body?.signingSecret)]
  const bare = secrets.map((secret) => secret.replace(/^whsec_/, ''))
  const shown = [await readAll(own), (await own.person.caller.raw('GET', `${own.at}/inboxes`)).text].join('\n')
  exam.control('inboxes are listed', shown.includes(rotated.key))
  for (const [at, secret] of bare.entries()) exam.attempt(`secret ${at} is in an answer`, !shown.includes(secret))
  const quarry: Quarry = new Map(
    bare.map((secret, at) => [`secret ${at}`, [...spellingsOf(secret), Buffer.from(secret, 'base64')]]),
  )
  await sql.query('checkpoint')
  const data: string = (await sql.query('show data_directory')).rows[0]?.data_directory ?? ''
  const control = huntBelow(`${data}/base`, quarryOf({ key: rotated.key }))
  exam.control('the public key of a program is found on disk', control.found.length > 0)
  const found = [
    ...huntBelow(stage.home, quarry, [stage.scratch]).found,
    ...(data.startsWith(stage.home) ? [] : huntBelow(data, quarry).found),
    ...huntIn(Buffer.from(stage.printed()), 'what the program prints', quarry).found,
  ]
  for (const name of quarry.keys()) {
    const places = found.filter((one) => one.name === name).map(({ place }) => place.replace(stage.home, ''))
    exam.attempt(`${name} lies in the clear in ${places.slice(0, 2).join(', ')}`, places.length === 0)
  }
}

const EVENT = JSON.stringify({ type: 'message', id: 'same', from: { id: 'a' }, text: 'a call' })
const isTaken = async (stage: Stage, to: Program, secret: string) =>
  (await postHook(stage, to, secret, EVENT)).status === 200

/** The sealed secret of one program copied over that of another, in the same workspace and in the neighbour's. */
async function moved(
  stage: Stage,
  exam: Exam,
  sql: SqlClient,
  own: SealedWorkspace,
  other: SealedWorkspace,
): Promise<void> {
  const [from, beside] = own.programs as [Program, Program]
  const [next] = other.programs as [Program]
  for (const [what, to, workspaceId] of [
    ['another channel', beside, own.id],
    ['another workspace', next, other.id],
  ] as const) {
    exam.control(`a program of ${what} cannot sign with it`, !(await isTaken(stage, to, from.secret)))
    const copied = await sql.query(
      `update desk.inbox_verifier v set secret_sealed = s.secret_sealed
       from desk.inbox_verifier s, desk.inbox i, desk.inbox j
       where i.key = $1 and s.inbox_id = i.id and j.key = $2 and v.inbox_id = j.id and v.workspace_id = $3`,
      [from.key, to.key, workspaceId],
    )
    exam.control(`the copy was made (${what})`, (copied.rowCount ?? 0) >= 1)
    await pause(REMEMBERED_MS)
    exam.attempt(`a sealed secret opens in ${what}`, !(await isTaken(stage, to, from.secret)))
  }
  exam.control('where it belongs it opens', await isTaken(stage, from, from.secret))
}

/** Every byte of a sealed secret turned, one after the other. */
async function turned(stage: Stage, exam: Exam, sql: SqlClient, own: SealedWorkspace): Promise<void> {
  const [program] = own.programs as [Program]
  const { rows } = await sql.query(
    `select v.id, v.secret_sealed::bytea as envelope from desk.inbox_verifier v join desk.inbox i on i.id = v.inbox_id
     where i.key = $1`,
    [program.key],
  )
  const { id, envelope } = rows[0] as { id: string; envelope: Buffer }
  const store = 'update desk.inbox_verifier set secret_sealed = $2 where id = $1'
  await pause(REMEMBERED_MS)
  for (let at = 0; at < envelope.length; at += 1) {
    const broken = Buffer.from(envelope)
    broken[at] = (broken[at] ?? 0) ^ 1
    const refusal = await refusalOf(sql, store, [id, broken])
    const held = refusal !== null || !(await isTaken(stage, program, program.secret))
    exam.attempt(`byte ${at} of a sealed secret does not count`, held)
  }
  await sql.query(store, [id, envelope])
  await pause(REMEMBERED_MS)
  exam.control('unturned it opens', await isTaken(stage, program, program.secret))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
