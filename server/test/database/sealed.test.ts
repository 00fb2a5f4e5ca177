/**
 * Plain text cannot be stored where sealed bytes belong, by anybody, in any column that is said to be sealed.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type pg from 'pg'
import { connect } from '#test/support/connections.ts'
import { freshDatabase } from '#test/support/database.ts'
import { insertOf, RowMaker, sealedBytes, uuidAt } from '#test/support/row-maker.ts'

const FEWEST_COLUMNS = 15
const CHECK_VIOLATION = '23514'

let admin: pg.Client
let maker: RowMaker
const workspaceId = uuidAt()

before(async () => {
  const database = await freshDatabase()
  admin = await connect(database.superuser)
  maker = await RowMaker.on(admin)
  await maker.makeAll(workspaceId)
})

const PLAIN: Readonly<Record<string, Buffer>> = {
  'a customer’s words': Buffer.from('Apa, amar order 4711 er ki khobor? Dhonnobad. – Mitu'),
  'Bangla words': Buffer.from('আমার অর্ডার কোথায়? দয়া করে জানাবেন। ধন্যবাদ।'),
  'an envelope cut short': sealedBytes().subarray(0, 30),
  'another format': Buffer.concat([Buffer.of(0xc2), sealedBytes().subarray(1)]),
  nothing: Buffer.alloc(0),
}

test('every sealed column of every table refuses what is not an envelope, and takes what is', async () => {
  let columns = 0
  for (const table of maker.tables) {
    for (const { name } of table.columns.filter(({ type }) => type === 'sealed')) {
      columns += 1
      for (const [kind, bytes] of Object.entries(PLAIN)) {
        const { text, values } = insertOf(table.name, maker.build(table.name, workspaceId, { [name]: bytes }))
        await assert.rejects(
          admin.query(text, values),
          { code: CHECK_VIOLATION },
          `${table.name}.${name} takes ${kind}`,
        )
      }
      const change = `update desk.${table.name} set ${name} = $1 where workspace_id = $2`
      assert.equal((await admin.query(change, [sealedBytes(), workspaceId])).rowCount, 1, `${table.name}.${name}`)
    }
  }
  assert.ok(columns >= FEWEST_COLUMNS, `only ${columns} sealed columns were found`)
})
