/**
 * The search function alone: what the index proposes, through the definer function under the policies of the desk, and
 * through a copy of it that runs as a superuser. Both walk the months in the same way, so the difference is what
 * row-level security costs: as good as nothing, or an index was lost.
 */
import type pg from 'pg'
import { asLogin } from '../../server/src/postgres/address.ts'
import { tokenRows } from '../../server/src/kernel/search-words.ts'
import { type Bench, takeRounds } from './bench.ts'
import { type Result, resultOf } from './document.ts'
import { median, Rounds } from './figures.ts'
import { COMMON_QUERY, NEEDLES } from './words.ts'
import { Replayer } from './replay.ts'

const PROPOSALS = 200
const { rare, first, second, prefix } = NEEDLES
const ASKED = [rare.query, `${first.query} ${second.query}`, prefix.query, COMMON_QUERY]
/** Not a word in it differs but whose rights it runs with. */
const COPY = `
  select replace(replace(pg_get_functiondef('app.search_messages(bigint[],uuid,int)'::regprocedure),
    'app.search_messages(', 'pg_temp.search_messages('), ' SECURITY DEFINER', '') as definition`

export async function measureSearchFunction(bench: Bench): Promise<Result[]> {
  const { bed, seeded, sizes } = bench
  const foundation = await bed.foundation()
  try {
    const { scopeKey, pools, vault } = foundation.parts
    const password = (pools.desk_app as unknown as { options: { password: () => string } }).options.password()
    const app = await Replayer.on(asLogin(bed.superuser, 'desk_app', password), scopeKey)
    const superuser = await Replayer.on(bed.superuser, scopeKey)
    await copyFunction(superuser.client)
    const { workspaceId } = seeded.small
    const keys = await vault.open(workspaceId)
    const asked = ASKED.map((query) => tokenRows(keys.searchQuery(query), 'prefix'))
    const rounds = new Rounds()
    await takeRounds(bench, async (_, isCounted) => {
      const [ours, theirs]: number[][] = [[], []]
      for (let turn = 0; turn < sizes.reads; turn++) {
        ours?.push(await all_ms(app, 'app', workspaceId, asked))
        theirs?.push(await all_ms(superuser, 'pg_temp', workspaceId, asked))
      }
      if (!isCounted) return
      rounds.note('ours', median(ours ?? []))
      rounds.note('theirs', median(theirs ?? []))
    })
    await Promise.all([app.end(), superuser.end()])
    return [
      resultOf({
        ...{ name: 'search.rls', unit: 'ms', ours: rounds.of('ours') },
        limit: { name: 'without row-level security', rounds: rounds.of('theirs') },
        target: { op: '<=', value: 1.2 },
        note: 'the index alone, four searches',
      }),
    ]
  } finally {
    await foundation.close()
  }
}

async function all_ms(by: Replayer, schema: string, workspaceId: string, asked: readonly (bigint[][] | null)[]) {
  const text = `select message_id from ${schema}.search_messages($1::bigint[], null, ${PROPOSALS})`
  const took = await by.replay(
    workspaceId,
    asked.map((tokens) => ({ text, values: [tokens] })),
  )
  return took.reduce((sum, ms) => sum + ms, 0)
}

async function copyFunction(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ definition: string }>(COPY)
  await client.query(rows[0]?.definition ?? '')
}
