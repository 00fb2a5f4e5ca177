/**
 * The logins the program works with. `server/db/roles.sql` makes them; here they get their passwords, which the caller
 * derives from the master key. A password is set only when logging in with it fails, so that programs which start
 * beside running ones change nothing. Roles belong to the whole cluster: two databases of one cluster share them.
 */
import type pg from 'pg'
import { asLogin, type DatabaseAddress, tryLogin } from '../postgres/address.ts'
import { setRolePassword } from '../postgres/role-password.ts'
import { StartRefusal } from './start-refusal.ts'

export const LOGIN_ROLES = [
  'desk_app',
  'desk_ingest',
  'desk_worker',
  'desk_auth',
  'desk_rekey',
  'desk_audit_janitor',
] as const
export type LoginRole = (typeof LOGIN_ROLES)[number]

const WRONG_PASSWORD = new Set(['28P01', '28000'])
/** Another database of the cluster is making the same roles: "already there" and "changed under me". */
const MEANWHILE = new Set(['42710', '23505', 'XX000', '40001', '40P01'])
const ATTEMPTS = 10

/** Runs a script that may be run any number of times; again when another database of the cluster was at it too. */
export async function applyRoles(client: pg.ClientBase, script: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query('begin')
      await client.query(script)
      await client.query('commit')
      return
    } catch (error) {
      await client.query('rollback')
      if (attempt === ATTEMPTS || !MEANWHILE.has((error as { code?: string }).code ?? '')) throw error
    }
  }
}

/** Makes every login role open with its derived password. */
export async function ensurePasswords(
  client: pg.ClientBase,
  owner: DatabaseAddress,
  passwordOf: (role: LoginRole) => string,
): Promise<void> {
  for (const role of LOGIN_ROLES) {
    const password = passwordOf(role)
    const code = await tryLogin(asLogin(owner, role, password))
    if (code === null) continue
    if (!WRONG_PASSWORD.has(code)) throw new StartRefusal(`The database refuses the login ${role} (SQLSTATE ${code}).`)
    await setRolePassword(client, role, password)
  }
}
