/** A look behind the curtain for tests: rows as the superuser sees them, and whether anything changed in a table. */
import { withClient } from '#src/postgres/address.ts'
import type { TestDesk } from './desk.ts'

// biome-ignore lint/suspicious/noExplicitAny: rows of whatever was asked for
export type Row = any

export function rowsOf(desk: Pick<TestDesk, 'database'>, text: string, values: unknown[] = []): Promise<Row[]> {
  return withClient(desk.database.superuser, async (client) => {
    await client.query('set search_path = desk, app')
    return (await client.query(text, values)).rows
  })
}

/** Changes whenever a row of one of these tables is added, changed or removed. */
export function digestOf(desk: Pick<TestDesk, 'database'>, tables: readonly string[]): Promise<string> {
  return withClient(desk.database.superuser, async (client) => {
    const digests: string[] = []
    for (const table of tables) {
      const { rows } = await client.query(
        `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from desk.${client.escapeIdentifier(table)} t`,
      )
      digests.push(`${table} ${rows[0].digest}`)
    }
    return digests.join('\n')
  })
}
