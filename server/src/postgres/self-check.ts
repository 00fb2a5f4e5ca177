/**
 * What a database must be able to do before a word of a customer goes into it: version 15 or newer, UTF-8, and rules
 * for letters that know Bangla. A cluster made with LC_CTYPE "C" stores Bangla and then takes none of it for letters,
 * which shows much later, as a search that finds nothing. Refuses with one sentence that says what is wrong.
 */
import type pg from 'pg'
import { StartRefusal } from '../kernel/start-refusal.ts'

const OLDEST_VERSION = 150000

const KIND = `
select current_setting('server_version_num')::int as version,
       current_setting('server_version') as version_text,
       current_setting('server_encoding') as encoding`

const LETTERS = `
select lower('ঢাকা ÄÉ') = 'ঢাকা äé' as lowers, 'ঢ' ~ '^[[:alpha:]]$' as knows_letters`

type Kind = { version: number; version_text: string; encoding: string }
type Letters = { lowers: boolean; knows_letters: boolean }

export async function checkDatabase(client: pg.ClientBase): Promise<void> {
  const kind = (await client.query<Kind>(KIND)).rows[0]
  if (!kind) throw new StartRefusal('The database did not answer the start-up check.')
  if (kind.version < OLDEST_VERSION) {
    throw new StartRefusal(`The database is PostgreSQL ${kind.version_text}; Central Desk needs 15 or newer.`)
  }
  if (kind.encoding !== 'UTF8') {
    throw new StartRefusal(`The database stores text as ${kind.encoding}; it must be made with the encoding UTF8.`)
  }
  const letters = (await client.query<Letters>(LETTERS)).rows[0]
  if (!letters?.lowers || !letters.knows_letters) {
    throw new StartRefusal('The database does not know Bangla letters; it must be made with LC_CTYPE C.UTF-8.')
  }
}
