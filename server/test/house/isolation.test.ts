/**
 * No workspace reaches another one's rows: every table, every role, every right, generated from the catalog (the routes
 * are attacked in a test of their own). A policy taken away, a policy that looks away and a plain foreign key are planted
 * first and must be caught.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { withClient } from '#src/postgres/address.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'
import { assertReasoned } from '#test/support/golden.ts'
import { actsAcross, ATTACKED_ROLES, attack, attackKeys, openWorld, type World } from '#test/support/isolation.ts'

const FEWEST_ATTACKS = 300
const FEWEST_KEYS = 35

let world: World
let attacks = 0

before(async () => {
  world = await openWorld(await freshDatabase())
})

async function faultsOf(on: World, role: (typeof ATTACKED_ROLES)[number], table: string): Promise<string[]> {
  const rights = on.rights.get(role)?.find((right) => right.table === table)
  assert.ok(rights)
  return (await attack(on, role, rights)).faults
}

/** A world of its own with a fault in its walls. */
async function faultyWorld(fault: string): Promise<World> {
  const database: FreshDatabase = await freshDatabase()
  await withClient(database.owner, (client) => client.query(fault))
  return openWorld(database)
}

test('an attack that gets through is seen, whatever wall is missing', async () => {
  const open = await faultyWorld('alter policy in_workspace on desk.tag using (true) with check (true)')
  const seen = await faultsOf({ ...open, across: new Set() }, 'desk_app', 'tag')
  for (const act of ['are seen', 'are updated', 'are deleted', 'are inserted for', 'are moved', 'have changed']) {
    assert.ok(
      seen.some((fault) => fault.includes(act)),
      `"${act}" goes unseen among ${seen.join('; ')}`,
    )
  }
  const halfOpen = await faultyWorld(
    `create policy planted on desk.note for select to desk_app using (true);
     create policy planted on desk.reading for insert to desk_app with check (true)`,
  )
  assert.notDeepEqual(await faultsOf({ ...halfOpen, across: new Set() }, 'desk_app', 'note'), [])
  assert.notDeepEqual(await faultsOf({ ...halfOpen, across: new Set() }, 'desk_app', 'reading'), [])
})

test('a wall without a door is seen too: nothing is shown by an attack where the owner of the rows fails as well', async () => {
  const shut = await faultyWorld('drop policy in_workspace on desk.draft')
  assert.ok((await faultsOf(shut, 'desk_app', 'draft')).some((fault) => fault.includes('own rows')))
})

test('a plain foreign key is seen', async () => {
  const plain = await faultyWorld(`
    alter table desk.conversation add constraint planted unique (id);
    alter table desk.note drop constraint note_workspace_id_conversation_id_fkey;
    alter table desk.note add constraint planted foreign key (conversation_id) references desk.conversation (id)`)
  assert.deepEqual((await attackKeys(plain)).faults, ['note.planted: taken'])
  assert.ok((await faultsOf(plain, 'desk_app', 'note')).some((fault) => fault.includes('hang on')))
})

for (const role of ATTACKED_ROLES) {
  test(`${role} reaches the rows of one workspace only, by no act and on no table`, async () => {
    const faults: string[] = []
    for (const rights of world.rights.get(role) ?? []) {
      const done = await attack(world, role, rights)
      faults.push(...done.faults)
      attacks += done.attacks
    }
    assert.deepEqual(faults, [])
  })
}

test('the attacks were many', () => {
  assert.ok(attacks >= FEWEST_ATTACKS, `only ${attacks}`)
})

test('no row hangs on a row of another workspace, whoever writes it', async () => {
  const { faults, attacks: keys } = await attackKeys(world)
  assert.deepEqual(faults, [])
  assert.ok(keys >= FEWEST_KEYS, `only ${keys} keys were attacked`)
})

test('each policy that looks across workspaces is listed with its reason', async () => {
  assertReasoned('cross-workspace.txt', await actsAcross(world.admin))
})
