/** One connection to a database, spoken to in plain statements, as a hostile login would. */
import pg from 'pg'

export type SqlClient = pg.Client
export type SqlAddress = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password?: string
}

/** An open connection. A connection that is cut is told by the next statement. */
export async function connectSql(address: SqlAddress): Promise<SqlClient> {
  const client = new pg.Client({ ...address, ssl: false, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** The SQLSTATE of a statement's refusal; null when it was obeyed. */
export async function refusalOf(client: SqlClient, statement: string, values: unknown[] = []): Promise<string | null> {
  try {
    await client.query(statement, values)
    return null
  } catch (error) {
    return (error as { code?: string }).code ?? 'unknown'
  }
}
