/** While many texts are indexed whoever else waits for this process has a turn after each of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '../../kernel/log.ts'
import { vaultForTest } from '#test/support/vault.ts'
import { entriesOf } from './indexing.ts'

test('others have a turn after each text', async (t) => {
  const { vault } = await vaultForTest(t)
  const workspaceId = '01890000-0000-7000-8000-000000000001'
  const keys = await vault.create(workspaceId)
  const messages = Array.from({ length: 5 }, (_, at) => {
    const id = `01890000-0000-7000-8000-00000000010${at}`
    const text_sealed = keys.seal({ table: 'message', row: id, field: 'text' }, `parcel number ${at}`)
    return { id, conversation_id: id, text_sealed, sent_at: new Date(0) }
  })
  let turnsOfOthers = 0
  const turnsSeen: number[] = []
  const another = () => {
    turnsOfOthers += 1
    if (turnsSeen.length < messages.length) setImmediate(another)
  }
  setImmediate(another)
  const watched = {
    ...keys,
    searchTokens: (text: string) => {
      turnsSeen.push(turnsOfOthers)
      return keys.searchTokens(text)
    },
  }
  const entries = await entriesOf({ keys: watched }, messages, createLog('silent'))
  assert.deepEqual(
    entries.map(({ messageId }) => messageId),
    messages.map(({ id }) => id),
  )
  assert.equal(new Set(turnsSeen).size, messages.length, `turns of others before each text: ${turnsSeen}`)
})
