/**
 * The database remembers beside which key store it was filled. A program that comes with another store (a second host
 * with keys of its own, a home restored without its keys) would open none of the workspaces and would seal new ones
 * where the first cannot read them: it refuses to start.
 */
import { type DatabaseAddress, withClient } from '../postgres/address.ts'
import { StartRefusal } from './start-refusal.ts'

export async function rememberKeyStore(owner: DatabaseAddress, storeId: string): Promise<void> {
  await withClient(owner, async (client) => {
    await client.query('insert into app.key_store (id) values ($1) on conflict do nothing', [storeId])
    const known = await client.query<{ id: string }>('select id from app.key_store')
    if (known.rows[0]?.id === storeId) return
    throw new StartRefusal(
      'The workspace keys of this database are in another key store. Start beside the keys folder it was filled with ' +
        '(DESK_HOME/keys); a key store of files serves one host.',
    )
  })
}
