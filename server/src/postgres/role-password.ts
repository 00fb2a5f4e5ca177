/**
 * Passwords of database logins. The server only ever receives the SCRAM verifier, computed here, so no password
 * stands in a statement that a server might log; the statements themselves are fixed text.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type pg from 'pg'

const ITERATIONS = 4096

/** What PostgreSQL stores for a password (RFC 5803 shape). Our passwords are random ASCII, so SASLprep changes nothing. */
export function scramVerifier(password: string, salt = randomBytes(16)): string {
  if (!/^[\x21-\x7e]+$/.test(password)) throw new TypeError('a login password must be printable ASCII')
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256')
  const keyed = (name: string) => createHmac('sha256', salted).update(name).digest()
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64')
  const serverKey = keyed('Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}

const SET_PASSWORD = `
do $$ begin
  execute format('alter role %I password %L', current_setting('desk.login'), current_setting('desk.verifier'));
end $$`

/** Gives an existing role its password. The connection must be allowed to alter that role. */
export async function setRolePassword(client: pg.ClientBase, role: string, password: string): Promise<void> {
  await client.query('begin')
  try {
    const given = [role, scramVerifier(password)]
    await client.query("select set_config('desk.login', $1, true), set_config('desk.verifier', $2, true)", given)
    await client.query(SET_PASSWORD)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}
