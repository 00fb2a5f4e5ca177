/**
 * Every route with another workspace's ids. Generated from the contract: each route first succeeds with its own ids, then
 * exactly one id is swapped for the neighbour's; the answer is "not found" (or a list without the neighbour's rows) and
 * no row of either workspace changes. A route that no case reaches fails here.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { idPlaces } from '#src/kernel/web/wire-ids.ts'
import { withClient } from '#src/postgres/address.ts'
import type { CallOptions } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { fingerprintOf } from '#test/support/fingerprint.ts'
import { ownCall, ROUTE_CASES, WORKSPACE_ENDPOINTS } from '#test/support/route-cases.ts'
import { makeStage, type Stage } from '#test/support/stage.ts'

const NEIGHBOUR_MARKER = 'Zafran9Neighbour'
const ROUTES_MIN = 40

let desk: TestDesk
let shapla: Stage
let meghna: Stage

before(async () => {
  desk = await bootDesk()
  shapla = await makeStage(desk, 'Shapla Crafts', 'Shapla7Own')
  meghna = await makeStage(desk, 'Meghna Telecom', NEIGHBOUR_MARKER)
})

const fingerprint = () => fingerprintOf(desk.database)

type Swap = { readonly what: string; readonly options: CallOptions; readonly isFilter: boolean }

/** One call for each id in it, with that id swapped for the neighbour's. */
function swapsOf(endpoint: Endpoint, own: CallOptions): Swap[] {
  const swaps: Swap[] = []
  for (const { path, kind } of idPlaces(endpoint.params)) {
    const params = { ...own.params, [path]: meghna.ids[kind] ?? '' }
    swaps.push({ what: `path ${path}`, options: { ...own, params }, isFilter: false })
  }
  for (const { path, kind } of idPlaces(endpoint.query)) {
    const query = { ...own.query, [path]: meghna.ids[kind] ?? '' }
    swaps.push({ what: `query ${path}`, options: { ...own, query }, isFilter: true })
  }
  for (const { path, kind } of idPlaces(endpoint.body)) {
    const name = path.replace('[]', '')
    const theirs = meghna.ids[kind] ?? ''
    const body = { ...(own.body as object), [name]: path.endsWith('[]') ? [theirs] : theirs }
    swaps.push({ what: `body ${path}`, options: { ...own, body }, isFilter: false })
  }
  return swaps
}

test('every route of a workspace has a case, and no case is for a route that is gone', () => {
  const names = WORKSPACE_ENDPOINTS.map(({ name }) => name)
  assert.deepEqual(
    names.filter((name) => !(name in ROUTE_CASES)),
    [],
  )
  assert.deepEqual(
    Object.keys(ROUTE_CASES).filter((name) => !names.includes(name)),
    [],
  )
  assert.ok(names.length >= ROUTES_MIN, `only ${names.length} routes`)
})

test('the fingerprint notices one changed letter', async () => {
  const before = await fingerprint()
  await withClient(desk.database.superuser, (client) => client.query("update desk.tag set name = name || '!'"))
  assert.notEqual(await fingerprint(), before)
  await withClient(desk.database.superuser, (client) => client.query("update desk.tag set name = rtrim(name, '!')"))
  assert.equal(await fingerprint(), before)
})

for (const endpoint of WORKSPACE_ENDPOINTS) {
  test(`${endpoint.name} reaches nothing of a neighbour`, async () => {
    const own = await ownCall(shapla, endpoint)
    for (const { what, options, isFilter } of swapsOf(endpoint, own)) {
      const before = await fingerprint()
      const answer = await shapla.owner.client.call(endpoint, options)
      assert.ok(!answer.text.includes(NEIGHBOUR_MARKER), `${what}: the answer holds the neighbour's words`)
      if (isFilter) {
        const isEmpty = answer.status === 200 && answer.body.conversations?.length === 0
        assert.ok(isEmpty || answer.status === 404, `${what}: ${answer.status} ${answer.text}`)
      } else assert.equal(answer.status, 404, `${what}: ${answer.text}`)
      assert.equal(await fingerprint(), before, `${what}: a row changed`)
    }
    const succeeded = await shapla.owner.client.call(endpoint, own)
    assert.equal(succeeded.status, endpoint.status, succeeded.text)
    assert.ok(!succeeded.text.includes(NEIGHBOUR_MARKER))
  })
}
