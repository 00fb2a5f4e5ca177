/** Reads conversations as lists and events show them: a fixed number of queries, however many rows. */
import type { Mine } from '@central-desk/contract/conversations.ts'
import type { Static } from 'typebox'
import { assert } from '../../kernel/assert.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { ListedInside, RowInside } from './inside.ts'
import { rowView } from './present.ts'
import { selectLastMessages, selectMarks, selectRows } from './row-queries.ts'

/** In the order of the ids. */
export async function readRows(tx: WorkspaceTx, ids: readonly string[]): Promise<RowInside[]> {
  if (ids.length === 0) return []
  const rows = await selectRows(tx, ids)
  const lastIds = rows.flatMap(({ last_message_id }) => last_message_id ?? [])
  const lastMessages = new Map((await selectLastMessages(tx, lastIds)).map((message) => [message.id, message]))
  const views = new Map(
    rows.map((row) => [row.id, rowView(row, lastMessages.get(row.last_message_id ?? ''), row.tag_ids, tx.keys)]),
  )
  return ids.flatMap((id) => views.get(id) ?? [])
}

export type MineOf = (conversationId: string, memberId: string) => Static<typeof Mine>

/** How far each of these members has read in each of these conversations, and where a draft of theirs waits. */
export async function readMine(
  tx: WorkspaceTx,
  conversationIds: readonly string[],
  memberIds: readonly string[],
): Promise<MineOf> {
  const marks = await selectMarks(tx, conversationIds, memberIds)
  const key = (conversationId: string, memberId: string) => `${conversationId} ${memberId}`
  const read = new Map<string, number>()
  const waits = new Set<string>()
  for (const { conversation_id, member_id, read_number } of marks) {
    const place = key(conversation_id, member_id)
    if (read_number === null) waits.add(place)
    else read.set(place, read_number)
  }
  return (conversationId, memberId) => ({
    readNumber: read.get(key(conversationId, memberId)) ?? 0,
    hasDraft: waits.has(key(conversationId, memberId)),
  })
}

export async function readListed(tx: WorkspaceTx, ids: readonly string[]): Promise<ListedInside[]> {
  if (ids.length === 0) return []
  const memberId = memberOf(tx)
  const rows = await readRows(tx, ids)
  const mineOf = await readMine(tx, ids, [memberId])
  return rows.map((row) => ({ ...row, mine: mineOf(row.id, memberId) }))
}

/** One that is known to be there. */
export async function readOneListed(tx: WorkspaceTx, id: string): Promise<ListedInside> {
  const [row] = await readListed(tx, [id])
  assert(row, 'a conversation that was opened can be read')
  return row
}

/** The member who acts. These verbs are members' alone. */
export function memberOf(tx: WorkspaceTx): string {
  assert(tx.memberId, 'a member acts')
  return tx.memberId
}
