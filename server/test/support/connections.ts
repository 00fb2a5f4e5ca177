/**
 * Single connections for tests that look at what two of them do to each other. Each is closed at the end of the test
 * file, whatever the tests left behind; a lost one does not end the process, since databases are dropped under them.
 */
import { after } from 'node:test'
import pg from 'pg'
import type { DatabaseAddress } from '#src/postgres/address.ts'

const open = new Set<pg.Client>()
after(() => Promise.allSettled([...open].map((client) => client.end())))

export async function connect(address: DatabaseAddress): Promise<pg.Client> {
  const client = new pg.Client(address)
  client.on('error', () => {})
  await client.connect()
  open.add(client)
  return client
}

/** The number of the server process behind a connection. */
export function pidOf(client: pg.ClientBase): number {
  const { processID } = client as unknown as { processID: number | null }
  if (processID === null) throw new Error('the connection is not open')
  return processID
}

/** Waits, by looking from another connection, until `client` waits for a lock. */
export async function untilBlocked(admin: pg.ClientBase, client: pg.ClientBase): Promise<void> {
  const waiting = "select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'"
  while ((await admin.query(waiting, [pidOf(client)])).rowCount === 0);
}
