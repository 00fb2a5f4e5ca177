/**
 * What all rows of all workspaces amount to, as one text: a test that says "nothing changed" compares two of them. Looks
 * only when the loops have nothing left to do, or their work would pass for a change. Sessions and budgets move with every request; when a member was last seen is nobody's promise.
 */
import type pg from 'pg'
import { withClient } from '#src/postgres/address.ts'
import type { FreshDatabase } from './database.ts'
import { readTables } from './tenant-tables.ts'

const NOT_OF_A_WORKSPACE = new Set(['session', 'rate_budget', 'sign_in_counter', 'known_device'])

const LEFT_TO_DO = `
  select (select count(*) from desk.search_backlog)
       + (select count(*) from desk.inbound_event where state = 'pending')
       + (select count(*) from desk.delivery where state in ('queued', 'sending')) as left_to_do`
const LOOK_MS = 20
const LOOKS_MAX = 500

async function settle(client: pg.ClientBase): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    const { rows } = await client.query(LEFT_TO_DO)
    if (Number(rows[0].left_to_do) === 0) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  throw new Error('the loops did not come to rest')
}

export async function fingerprintOf(database: FreshDatabase): Promise<string> {
  return withClient(database.superuser, async (client) => {
    await settle(client)
    const parts: string[] = []
    for (const { name } of await readTables(client)) {
      if (NOT_OF_A_WORKSPACE.has(name)) continue
      const { rows } = await client.query(
        `select md5(coalesce(string_agg(row_sum, '' order by row_sum), '')) as sum
         from (select md5((to_jsonb(t) - 'last_seen_at')::text) as row_sum from desk.${name} t) as sums`,
      )
      parts.push(`${name} ${rows[0].sum}`)
    }
    return parts.join('\n')
  })
}
