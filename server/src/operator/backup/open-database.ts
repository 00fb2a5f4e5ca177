/**
 * The embedded database of a home for the time of a copy: that of the desk which runs on it, else brought up for us and
 * taken down again. Refuses a home without one, and an outside database, which is backed up by its own tools.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { StartRefusal } from '../../kernel/start-refusal.ts'
import { type DatabaseAddress, inDatabase, withClient } from '../../postgres/address.ts'
import { startEmbedded, superuserOfRunning } from '../../postgres/embedded.ts'
import type { Voice } from '../command.ts'

export type OpenDatabase = { readonly superuser: DatabaseAddress; readonly dataFolder: string }

export function requireEmbedded({ databaseUrl }: Config, sentence: string): void {
  if (databaseUrl) throw new StartRefusal(`DATABASE_URL names an outside database: ${sentence}`)
}

export async function withEmbedded<T>(
  { home }: Config,
  voice: Voice,
  work: (database: OpenDatabase) => Promise<T>,
): Promise<T> {
  const isThere = existsSync(join(home, 'postgres', 'data')) || existsSync(join(home, 'postgres.json'))
  if (!isThere) throw new StartRefusal(`There is no home with a database in ${home}; check DESK_HOME.`)
  const running = superuserOfRunning(home)
  if (running) {
    const rows = await withClient(running, async (client) => (await client.query('show data_directory')).rows)
    return work({ superuser: running, dataFolder: String(rows[0]?.data_directory) })
  }
  const embedded = await startEmbedded({ home, log: voice.complain })
  try {
    return await work({
      superuser: inDatabase(embedded.superuser, embedded.owner.database),
      dataFolder: embedded.dataFolder,
    })
  } finally {
    await embedded.stop()
  }
}
