/**
 * Two workspaces made by the probes themselves, so that everything in them was sealed by the program as it is now: each
 * with saved replies, programs that call it and what they wrote. And where the sealed values of a workspace stand.
 */
import { clientId, done, postHook, until } from './belongings.ts'
import { rareWord } from './hunt.ts'
import { type Newcomer, newcomer } from './newcomers.ts'
import type { Stage } from './probe.ts'
import { type ContentKey, openSealed, type Place } from './recipe.ts'
import type { SqlClient } from './sql.ts'

export type Program = {
  readonly inboxId: string
  readonly key: string
  readonly channel: 'api'
  readonly secret: string
}
export type SealedWorkspace = {
  readonly person: Newcomer
  /** As the database spells it. */
  readonly id: string
  readonly slug: string
  readonly at: string
  readonly programs: readonly Program[]
  /** Words that stand in its saved replies and in its thread. */
  readonly words: { readonly reply: string; readonly message: string }
  readonly conversation: string
}
export type SealedValue = { readonly place: Place; readonly envelope: Buffer }

export async function sealedWorkspace(stage: Stage, sql: SqlClient, programCount = 1): Promise<SealedWorkspace> {
  const person = await newcomer(stage)
  const at = `/api/v1/workspaces/${person.workspaceId}`
  const slug: string = person.answer.body.memberships[0].workspace.slug
  const { rows } = await sql.query('select id from desk.workspace where slug = $1', [slug])
  const words = { reply: rareWord('reply'), message: rareWord('message') }
  const call = (method: string, path: string, body?: unknown) =>
    done(person.caller.call(method, `${at}${path}`, { body }), path)
  // The same words twice: what is sealed must not show that they are the same.
  for (const shortcut of ['first', 'second']) {
    await call('POST', '/saved-replies', { shortcut, title: shortcut, text: words.reply, language: 'en' })
  }
  const programs: Program[] = []
  for (let made = 0; made < programCount; made += 1) {
    const body = { channel: 'api', name: `Program ${made}`, settings: {} }
    const { inbox, signingSecret } = await call('POST', '/inboxes', body)
    programs.push({ inboxId: inbox.id, key: inbox.key, channel: 'api', secret: signingSecret })
  }
  const first = programs[0] as Program
  const message = { type: 'message', id: clientId(), from: { id: 'a', name: 'A' }, text: words.message }
  await done(postHook(stage, first, first.secret, JSON.stringify(message)), 'a signed call')
  const row = await until(async () => (await call('GET', '/conversations?view=all')).conversations[0], 'a message')
  return { person, id: rows[0].id, slug, at, programs, words, conversation: row.id }
}

/** What its owner is answered wherever its words could stand. */
export async function readAll({ person, at, conversation }: SealedWorkspace): Promise<string> {
  const paths = ['/saved-replies', '/conversations?view=all', `/conversations/${conversation}/thread`, '/contacts']
  const answers = []
  for (const path of paths) answers.push(await person.caller.raw('GET', `${at}${path}`))
  return answers.map(({ text }) => text).join('\n')
}

export async function isReadable(workspace: SealedWorkspace): Promise<boolean> {
  const shown = await readAll(workspace)
  return shown.includes(workspace.words.reply) && shown.includes(workspace.words.message)
}

const SEALED_FIELDS = [
  ['saved_reply', 'text_sealed', 'text'],
  ['message', 'text_sealed', 'text'],
  ['inbox_verifier', 'secret_sealed', 'secret'],
  ['inbox_sender', 'credential_sealed', 'credential'],
] as const

export async function sealedValues(sql: SqlClient, workspaceId: string): Promise<SealedValue[]> {
  const values: SealedValue[] = []
  for (const [table, column, field] of SEALED_FIELDS) {
    const statement = `select id, ${column}::bytea as envelope from desk.${table} where workspace_id = $1`
    const { rows } = await sql.query(statement, [workspaceId])
    values.push(...rows.map(({ id, envelope }) => ({ place: { table, row: id as string, field }, envelope })))
  }
  return values
}

/** How many of these values one of the keys opens. */
export function openedBy(keys: readonly ContentKey[], workspaceId: string, values: readonly SealedValue[]): number {
  return values.filter(({ place, envelope }) => openSealed(keys, workspaceId, place, envelope) !== null).length
}
