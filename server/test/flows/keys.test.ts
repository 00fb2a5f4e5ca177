/**
 * The keys of a workspace while people work: a rotation in the middle of a flood loses nothing and leaves everything
 * readable, old and new; destroying the keys makes that workspace unreadable for good, by every route and in the rows
 * themselves, and leaves its neighbour alone.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { getThread, listConversations } from '@central-desk/contract/conversations.ts'
import { withClient } from '#src/postgres/address.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { done, makeStage, postHook, postMessage, type Stage, until } from '#test/support/stage.ts'

const MESSAGES = 60
/** A new version seals when every process must have learnt of it. */
const UNTIL_IT_SEALS_MS = 3 * 60_000

let desk: TestDesk
let shapla: Stage
let meghna: Stage
before(async () => {
  desk = await bootDesk()
  shapla = await makeStage(desk, 'Shapla Crafts', 'Own')
  meghna = await makeStage(desk, 'Meghna Telecom', 'Next')
})

async function uuidOf(slug: string): Promise<string> {
  return withClient(desk.database.superuser, async (client) => {
    const { rows } = await client.query('select id from desk.workspace where slug = $1', [slug])
    return rows[0].id
  })
}

async function textsIn(stage: Stage): Promise<string[]> {
  const params = { workspaceId: stage.owner.workspaceId, conversationId: stage.ids.conversation ?? '' }
  const { items } = await done(stage, getThread, { params, query: { limit: 100 } })
  return items.flatMap((item: { text?: string }) => item.text ?? [])
}

test('a rotation in the middle of a flood loses nothing, and both versions stay readable', async () => {
  const workspaceId = await uuidOf('shapla-crafts')
  const flood = async (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      await postMessage(desk, shapla.apiInbox, { from: { id: 'c-1' }, text: `flood ${n}` })
    }
  }
  const half = flood(0, MESSAGES / 2)
  const { version } = await desk.kernel.vault.rotateContent(workspaceId)
  await half
  desk.clock.advance(UNTIL_IT_SEALS_MS)
  await flood(MESSAGES / 2, MESSAGES)
  const texts = await until(async () => {
    const found = await textsIn(shapla)
    return found.includes(`flood ${MESSAGES - 1}`) ? found : null
  }, 'the whole flood')
  for (let n = 0; n < MESSAGES; n++) assert.ok(texts.includes(`flood ${n}`), `flood ${n}`)
  const keys = await desk.kernel.vault.open(workspaceId)
  const versions = await withClient(desk.database.superuser, async (client) => {
    const { rows } = await client.query('select text_sealed from desk.message where workspace_id = $1', [workspaceId])
    return new Set(rows.map((row) => keys.versionOf(row.text_sealed)))
  })
  assert.deepEqual([...versions].sort(), [version - 1, version])
})

test('destroyed keys make a workspace unreadable and leave its neighbour alone', async () => {
  const workspaceId = await uuidOf('shapla-crafts')
  await desk.kernel.vault.destroy(workspaceId)
  const params = { workspaceId: shapla.owner.workspaceId }
  const answer = await shapla.owner.client.call(listConversations, { params, query: { view: 'all' } })
  assert.deepEqual([answer.status, answer.body.code], [410, 'workspace_destroyed'], answer.text)
  const body = JSON.stringify({ type: 'message', id: 'late', from: { id: 'c-1' }, text: 'too late' })
  // The address of a hook is remembered for a second.
  desk.clock.advance(2_000)
  assert.equal((await postHook(desk, shapla.apiInbox, body)).status, 404)
  await assert.rejects(desk.kernel.vault.open(workspaceId))
  await assert.rejects(desk.kernel.vault.create(workspaceId), 'destroyed keys are not made again')

  await postMessage(desk, meghna.apiInbox, { from: { id: 'c-1' }, text: 'the neighbour goes on' })
  await until(async () => ((await textsIn(meghna)).includes('the neighbour goes on') ? true : null), 'the neighbour')
})
