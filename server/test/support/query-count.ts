/**
 * Watches the statements that this process sends to PostgreSQL while something runs: more rows must not mean more.
 * Import it before a desk is booted: connections take hold of the driver's function when they are first used.
 */
import pg from 'pg'

export type Statement = { readonly text: string; readonly values: unknown[] }

let watched: Statement[] | null = null
const { query } = pg.Client.prototype

pg.Client.prototype.query = function watchedQuery(this: pg.Client, ...given: unknown[]) {
  const [first, second] = given
  const config = typeof first === 'string' ? { text: first, values: second } : (first as Partial<Statement>)
  watched?.push({ text: config.text ?? '', values: Array.isArray(config.values) ? config.values : [] })
  return (query as (...all: unknown[]) => unknown).apply(this, given)
} as typeof query

const TRIES = 4

/** The run that took the fewest statements: a desk also looks after itself now and then, and that is not counted. */
export async function fewestQueries<T>(work: () => Promise<T>): Promise<{ result: T; statements: Statement[] }> {
  let fewest = await watchingQueries(work)
  for (let again = 1; again < TRIES; again++) {
    const run = await watchingQueries(work)
    if (run.statements.length < fewest.statements.length) fewest = run
  }
  return fewest
}

export async function watchingQueries<T>(work: () => Promise<T>): Promise<{ result: T; statements: Statement[] }> {
  const statements: Statement[] = []
  watched = statements
  try {
    return { result: await work(), statements }
  } finally {
    watched = null
  }
}
