/** The worker makes the months ahead, from a database whose last month is near, and does it again without harm. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withClient } from '#src/postgres/address.ts'
import { bootDesk } from '#test/support/desk.ts'
import { makeMonths } from './months.ts'

test('the months ahead are there after a look, however late it comes', async () => {
  const desk = await bootDesk({ withWorkers: false })
  desk.clock.set('2027-08-15T00:00:00.000Z')
  assert.equal(await makeMonths(desk.kernel.doors, desk.kernel.log), true)
  assert.equal(await makeMonths(desk.kernel.doors, desk.kernel.log), true)
  const { rows } = await withClient(desk.database.owner, (client) =>
    client.query(
      "select to_regclass('desk.message_202808') is not null as last, to_regclass('desk.search_entry_202808') is not null as index",
    ),
  )
  assert.deepEqual(rows, [{ last: true, index: true }])
})
