/**
 * What all rows of all workspaces amount to, as one text: a test that says "nothing changed" compares two of them.
 * Sessions and budgets move with every request; when a member was last seen is nobody's promise.
 */
import { withClient } from '#src/postgres/address.ts'
import type { FreshDatabase } from './database.ts'
import { readTables } from './tenant-tables.ts'

const NOT_OF_A_WORKSPACE = new Set(['session', 'rate_budget', 'sign_in_counter', 'known_device'])

export async function fingerprintOf(database: FreshDatabase): Promise<string> {
  return withClient(database.superuser, async (client) => {
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
