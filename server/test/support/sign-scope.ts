/**
 * Signs the scope of a transaction, written anew from the words in migration 0001 and not from the program's own code,
 * so that tests notice when the two disagree: `v1.<workspace>.<backend pid>.<expiry>.<hex mac>`, with the mac
 * HMAC-SHA-256 over `v1|<login role>|<workspace>|<pid>|<expiry>`.
 */
import { createHmac } from 'node:crypto'
import type pg from 'pg'
import { TEST_SCOPE_KEY } from './database.ts'

export type ScopeParts = {
  readonly role: string
  readonly workspaceId: string
  readonly pid: number
  /** Unix seconds; a minute from now unless said. */
  readonly expiry?: number
  readonly key?: Buffer
}

const MINUTE_S = 60

export function signScope({ role, workspaceId, pid, expiry, key }: ScopeParts): string {
  const until = expiry ?? Math.floor(Date.now() / 1000) + MINUTE_S
  const mac = createHmac('sha256', key ?? TEST_SCOPE_KEY)
  mac.update(`v1|${role}|${workspaceId}|${pid}|${until}`)
  return `v1.${workspaceId}.${pid}.${until}.${mac.digest('hex')}`
}

/** Who this connection is to the database. */
export async function identityOf(client: pg.ClientBase): Promise<{ role: string; pid: number }> {
  const { rows } = await client.query<{ role: string; pid: number }>(
    'select session_user::text as role, pg_backend_pid() as pid',
  )
  if (!rows[0]) throw new Error('the connection does not say who it is')
  return rows[0]
}

/** A scope for this very connection. */
export async function scopeFor(client: pg.ClientBase, workspaceId: string): Promise<string> {
  return signScope({ ...(await identityOf(client)), workspaceId })
}

export async function setScope(client: pg.ClientBase, scope: string): Promise<void> {
  await client.query("select set_config('app.scope', $1, true)", [scope])
}

/** One transaction in that workspace; rolled back when `work` throws. */
export async function inScope<T>(client: pg.ClientBase, workspaceId: string, work: () => Promise<T>): Promise<T> {
  const scope = await scopeFor(client, workspaceId)
  await client.query('begin')
  try {
    await setScope(client, scope)
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}
