/**
 * Measures the search function alone: what the index proposes for a word, through the definer function under the policies
 * of the desk, and through a copy of it that runs as a superuser. Both walk the months in the same way, so the
 * difference is what row-level security costs (settled: as good as nothing, or an index was lost).
 */
import type pg from 'pg'
import { asLogin } from '../../server/src/postgres/address.ts'
import { tokenRows } from '../../server/src/kernel/search-words.ts'
import type { Bed } from './bed.ts'
import { type Case, type Figure, interleave } from './figures.ts'
import { ABSENT_QUERY, COMMON_QUERY, NEEDLES } from './words.ts'
import { Replayer } from './replay.ts'
import type { Seeded } from './seed.ts'

const PROPOSALS = 200
const { rare, first, second, prefix, similar } = NEEDLES
const ASKED: readonly (readonly [name: string, query: string, rank: 'prefix' | 'similar'])[] = [
  ['a rare word', rare.query, 'prefix'],
  ['two words', `${first.query} ${second.query}`, 'prefix'],
  ['a Bangla beginning', prefix.query, 'prefix'],
  ['a common word', COMMON_QUERY, 'prefix'],
  ['Banglish for Bangla', similar.query, 'similar'],
  ['no such word', ABSENT_QUERY, 'prefix'],
]
/** Not a word in it differs but whose rights it runs with. */
const COPY = `
  select replace(replace(pg_get_functiondef('app.search_messages(bigint[],uuid,int)'::regprocedure),
    'app.search_messages(', 'pg_temp.search_messages('), ' SECURITY DEFINER', '') as definition`

export async function measureSearchFunction(
  bed: Bed,
  seeded: Seeded,
  rounds: number,
  times: number,
): Promise<Figure[]> {
  const foundation = await bed.foundation()
  try {
    const { scopeKey, pools, vault } = foundation.parts
    const password = (pools.desk_app as unknown as { options: { password: () => string } }).options.password()
    const app = await Replayer.on(asLogin(bed.superuser, 'desk_app', password), scopeKey)
    const superuser = await Replayer.on(bed.superuser, scopeKey)
    await copyFunction(superuser.client)
    const cases: Case[] = []
    for (const [size, plan] of [
      ['small', seeded.small],
      ['large', seeded.large],
    ] as const) {
      const keys = await vault.open(plan.workspaceId)
      for (const [name, query, rank] of ASKED) {
        const tokens = tokenRows(keys.searchQuery(query), rank)
        const ask = (schema: string) => ({
          text: `select message_id from ${schema}.search_messages($1::bigint[], null, ${PROPOSALS})`,
          values: [tokens],
        })
        const samples = async (by: Replayer, schema: string) => {
          const took: number[] = []
          for (let turn = 0; turn < times; turn++) took.push(...(await by.replay(plan.workspaceId, [ask(schema)])))
          return took
        }
        const finding = (who: string, took: readonly number[]) => [
          { name: `index, ${name}, ${size}: ${who}`, unit: 'ms', samples: took },
        ]
        cases.push(
          async () => finding('definer', await samples(app, 'app')),
          async () => finding('superuser', await samples(superuser, 'pg_temp')),
        )
      }
    }
    const figures = await interleave(cases, rounds)
    await Promise.all([app.end(), superuser.end()])
    return figures
  } finally {
    await foundation.close()
  }
}

async function copyFunction(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ definition: string }>(COPY)
  await client.query(rows[0]?.definition ?? '')
}
